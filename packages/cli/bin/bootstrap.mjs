import { createRequire } from "node:module";
import { spawn } from "node:child_process";

/** The first Node that runs TypeScript sources as they are, and everything we build on. */
const oldest = [22, 18];

/**
 * Which Node runs the command: this one, the bundled one, or none. Pure.
 *
 * @param {{ version: string, platform: string, arch: string }} host as `process` names them
 * @param {(path: string) => string | undefined} find resolves a path inside a package
 * @returns {{ kind: "here" } | { kind: "bundled", node: string } | { kind: "refused", message: string }}
 */
export function planStart(host, find) {
  const [major = 0, minor = 0] = host.version.replace(/^v/, "").split(".").map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return { kind: "here" };
  const node = find(`node-${host.platform}-${host.arch}/bin/node`);
  if (node) return { kind: "bundled", node };
  return {
    kind: "refused",
    message: [
      `flotilla needs Node ${oldest.join(".")} or newer; this is ${host.version}.`,
      `There is no bundled Node for ${host.platform}-${host.arch} here. Install Node 24, or on`,
      "Linux (x64, arm64) run `npm install` without --omit=optional.",
    ].join("\n"),
  };
}

/** @param {string} path */
export function findInPackages(path) {
  try {
    return createRequire(import.meta.url).resolve(path);
  } catch {
    return undefined;
  }
}

/**
 * Runs the command in another Node, as this process's child: same terminal, same signals,
 * same exit code (or death by the same signal).
 *
 * @param {string} node
 * @param {string[]} args
 */
export function runIn(node, args) {
  const child = spawn(node, args, { stdio: "inherit" });
  child.on("error", (error) => {
    process.stderr.write(`The bundled Node does not start: ${error.message}\n`);
    process.exit(1);
  });
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) {
    process.on(signal, () => {
      // Ctrl-C reaches the whole foreground group by itself; a second one would mean "at once".
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
