import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A process that prints lines of JSON, and ends when its input does or when signalled. */
export interface Child {
  pid: number;
  /** The next line it prints. Rejects when it ends before. */
  next<T>(): Promise<T>;
  tell(line: string): void;
  /** Closes its input, signals it if told to, and waits for its end; kills it when that takes long. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const patienceMs = 30_000;
const running = new Set<ChildProcess>();

/** Lets all children end at once, as they do when this process is gone. */
export function abandonChildren(): void {
  for (const child of running) if (child.connected) child.disconnect();
}

/** Starts a program under the same Node, with `env` added to the environment. */
export function startChild(
  script: string,
  env: Record<string, string>,
  args: string[] = [],
): Child {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, NODE_ENV: "production", ...env },
    // The channel says nothing; its end tells the child that this process is gone.
    stdio: ["pipe", "pipe", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  running.add(child);
  child.once("exit", () => running.delete(child));
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  // A process that has ended takes no more input; `next` says so.
  child.stdin!.on("error", () => undefined);

  return {
    pid: child.pid!,
    async next<T>() {
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value) as T;
      await ended;
      throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}.`);
    },
    tell: (line) => void child.stdin!.write(`${line}\n`),
    async end(signal) {
      child.stdin!.end();
      if (signal) child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
