import type { Readable, Writable } from "node:stream";
import type { FoundSandbox } from "@flotilla/core";

/** Of the program and everything it starts, together, where nothing else is said. */
export interface SandboxLimits {
  cpuSeconds: number;
  /** What its processes hold in memory, without what the kernel may drop. */
  memoryBytes: number;
  /** Processes and threads at once. */
  processes: number;
  /** The largest file it may write. */
  fileBytes: number;
  /** What the workspace may hold; one that holds more already may not grow. */
  diskBytes: number;
  /** Files and folders in the workspace. */
  entries: number;
  /** Of each process. */
  openFiles: number;
  wallMs: number;
}

export const defaultLimits: SandboxLimits = {
  cpuSeconds: 30,
  memoryBytes: 512 * 2 ** 20,
  processes: 128,
  fileBytes: 50 * 2 ** 20,
  diskBytes: 50 * 2 ** 20,
  entries: 10_000,
  openFiles: 512,
  wallMs: 60_000,
};

export interface SandboxSpec {
  /** An absolute path, or the name of a program of the system, or `node`, which is the platform's own. */
  command: string;
  args: readonly string[];
  /** The one folder it may write to, and where it starts. Absolute. */
  workspace: string;
  /** Files and folders that it may read and execute beside the system's; those that are missing are left out. */
  readable?: readonly string[];
  /** All it has in its environment beside `PATH`, `HOME`, `TMPDIR`, `LANG` and `TZ`. */
  environment?: Readonly<Record<string, string>>;
  limits?: Partial<SandboxLimits>;
  /** There is no other. */
  network: "none";
}

/** Why a program is not running any more: it ended by itself, or which limit ended it, or its caller did. */
export type EndReason =
  | "exited"
  | "cpu"
  | "memory"
  | "processes"
  | "file"
  | "disk"
  | "wall"
  | "output"
  | "stopped";

export interface Ended {
  reason: EndReason;
  /** As a shell tells it: 128 and the signal's number where one ended it. */
  exitCode: number;
  wallMs: number;
  cpuMs: number;
  /** The most that was seen at once; 0 for a program that was over sooner than it was looked at. */
  memoryBytes: number;
  processes: number;
}

export interface Run extends SandboxSpec {
  stdin?: string | Uint8Array;
  /** More output than this, of both streams together, ends the program. Default: 1 MiB. */
  outputBytes?: number;
  /** Aborting it ends the program; its end is then told as usual. */
  signal?: AbortSignal;
}

export interface RunEnded extends Ended {
  stdout: Buffer;
  stderr: Buffer;
}

/** A program that is talked to while it runs. Whoever starts it reads both of its streams. */
export interface Started {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** When nothing is left of it. Rejects as `Sandbox.spawn` does where it could not be started. */
  ended: Promise<Ended>;
  /** Ends it and all that it started. */
  stop(): void;
}

export interface Sandbox extends Readonly<FoundSandbox> {
  /**
   * Runs a program to its end. Rejects with `tool_forbidden` where the tier is `none`, with `tool_failed` where the
   * program cannot be started. A program that fails, or is ended, is no error.
   */
  run(run: Run): Promise<RunEnded>;
  /** Throws `tool_forbidden` where the tier is `none`, and `tool_failed` for a program that is not there. */
  spawn(spec: SandboxSpec): Promise<Started>;
}
