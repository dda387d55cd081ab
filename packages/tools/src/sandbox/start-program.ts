import { FlotillaError } from "@flotilla/core";
import type { Ended, EndReason, Started } from "./sandbox.ts";
import type { ReadyLauncher } from "./warm-launchers.ts";
import { readPairs, writeSpec, type LauncherSpec } from "./write-spec.ts";

/** A started program that can also be ended for what it wrote. */
export interface StartedProgram extends Started {
  stopForOutput(): void;
}

/**
 * Makes the launcher the program's supervisor. One connection carries what is to be run, then nothing until
 * the end, which the supervisor tells: a byte from here, or that this process is gone, ends the program.
 */
export function startProgram(take: () => ReadyLauncher, spec: LauncherSpec): StartedProgram {
  const description = writeSpec(spec);
  const { child, control, stdin, stdout, stderr } = take();
  let told = "";
  control.setEncoding("utf8");
  control.on("data", (text: string) => (told += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", (error) => reject(notStarted(spec.command, error.message)));
    child.once("close", () => {
      try {
        resolve(readEnd(spec.command, told));
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
  ended.catch(() => undefined);
  control.write(description);
  return {
    stdin,
    stdout,
    stderr,
    ended,
    stop: () => void control.write("s"),
    stopForOutput: () => void control.write("o"),
  };
}

function readEnd(command: string, told: string): Ended {
  const pairs = readPairs(told);
  const number = (key: string) => Number(pairs.get(key));
  if (!told.includes("\0")) {
    throw notStarted(command, told.trim() || "its supervisor ended before it did");
  }
  if (pairs.get("started") !== "1") {
    const reason = pairs.get("reason") || "bubblewrap did not start it";
    // What ended it before it began is no failure of the start.
    if (pairs.get("why") !== "stopped") throw notStarted(command, reason);
  }
  return {
    reason: (pairs.get("why") || "exited") as EndReason,
    exitCode: number("exitCode"),
    wallMs: number("wallMs"),
    cpuMs: number("cpuMs"),
    memoryBytes: number("memoryBytes"),
    processes: number("processes"),
  };
}

function notStarted(command: string, why: string): FlotillaError {
  return new FlotillaError("tool_failed", `The sandbox could not start ${command}: ${why}.`, {
    remedy: "docs/sandbox.md says what the sandbox needs of a machine.",
  });
}
