import { spawn, type ChildProcess } from "node:child_process";
import type { Duplex, Readable, Writable } from "node:stream";

/** After the last start, so that what makes the next one ready is in nobody's way. */
const pauseMs = 2;

/** A launcher that has begun and has not been told yet what to run. */
export interface ReadyLauncher {
  child: ChildProcess;
  /** Carries what is to be run, and at the end the outcome. */
  control: Duplex;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}

/**
 * Launchers that are started ahead: one waits until it is taken, and then the next one is started. Each runs one
 * program and ends, so a program finds nothing of those before it; one that waits has read nothing, holds a few pages
 * of memory, keeps no process from ending, and ends with this one.
 */
export class WarmLaunchers {
  readonly #file: string;
  #waiting: ReadyLauncher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** One that waits, or a new one. Its spawning may fail later, as that of any process. */
  take(): ReadyLauncher {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    const isThere = waiting?.child.exitCode === null && waiting.child.signalCode === null;
    const taken = isThere ? waiting : startLauncher(this.#file);
    if (isThere) holdBack(taken, "ref");
    return taken;
  }

  /** Starts the next one soon, unless it waits already. */
  warm(): void {
    if (this.#waiting) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), pauseMs).unref();
  }

  #start(): void {
    const next = startLauncher(this.#file);
    // One that cannot be started is of no use to whoever comes; he tries himself, and hears why.
    const drop = () => {
      if (this.#waiting === next) this.#waiting = undefined;
    };
    next.child.once("error", drop).once("exit", drop);
    holdBack(next, "unref");
    this.#waiting = next;
  }
}

function startLauncher(file: string): ReadyLauncher {
  const child = spawn(file, ["supervise"], { stdio: ["pipe", "pipe", "pipe", "pipe"], env: {} });
  const control = child.stdio[3] as Duplex;
  const { stdin, stdout, stderr } = child as ChildProcess & {
    stdin: Writable;
    stdout: Readable;
    stderr: Readable;
  };
  // A program that ended, or never began, reads nothing more; its end says so.
  for (const stream of [control, stdin]) stream.on("error", () => undefined);
  return { child, control, stdin, stdout, stderr };
}

/** Whether this process goes on for it. */
function holdBack({ child, ...streams }: ReadyLauncher, how: "ref" | "unref"): void {
  child[how]();
  for (const stream of Object.values(streams)) (stream as unknown as NodeJS.RefCounted)[how]();
}
