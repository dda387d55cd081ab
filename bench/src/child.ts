import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A process of the bench: it prints lines of JSON, and ends when its input does. */
export interface Child {
  pid: number;
  /** The next line it prints. Rejects when it ends before. */
  next<T>(): Promise<T>;
  tell(line: string): void;
  /** Closes its input and waits for its end; after `patienceMs` it is killed. */
  end(patienceMs?: number): Promise<void>;
}

/** Starts a program of the bench under the same Node, with `env` added to the environment. */
export function startChild(script: string, env: Record<string, string>): Child {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.on("error", () => undefined);

  return {
    pid: child.pid!,
    async next<T>() {
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value as string) as T;
      await ended;
      throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}.`);
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async end(patienceMs = 30_000) {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
