import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("..", import.meta.url));
const flotilla = fileURLToPath(new URL("../packages/cli/bin/flotilla.mjs", import.meta.url));

/** What is kept of a command's log; the rest is dropped from its beginning. */
const keptCharacters = 4_000_000;

export type Environment = Record<string, string>;

export interface CommandOptions {
  /** Added to this process's environment, from which every setting of Flotilla is removed. */
  env?: Environment;
  cwd?: string;
  /** Of a program that is run to its end: what it reads from stdin. */
  input?: string;
}

/** What a command says of itself once it runs. */
export interface Ready {
  url: string;
  /** The batch of the examples, when they were seeded. */
  seededBatch?: string;
  /** By which the first owner comes in, where sign-in is required. */
  adminLink?: string;
}

/** A long-running command, in a process group of its own. */
export interface Command {
  /** Also the id of the process group. */
  pid: number;
  /** The command's first line on stdout, as JSON. Rejects with its log when it ends before. */
  ready: Promise<Ready>;
  /** Its exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  /** What it wrote to stderr. */
  log(): string;
  /** To the whole group; does nothing when the group is gone. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM to the command alone, and SIGKILL to the group once the patience is over. */
  stop(patienceMs?: number): Promise<number | null>;
}

const groups = new Set<number>();
process.once("exit", () => {
  for (const pid of groups) signalProcess(-pid, "SIGKILL");
});

/** Starts `flotilla <args>`, which runs until it is stopped; it dies with this process. */
export function startFlotilla(args: string[], options: CommandOptions = {}): Command {
  return startCommand([process.execPath, flotilla, ...args], options);
}

/** Starts a program that says that it is ready in its first line. */
export function startCommand(line: string[], options: CommandOptions = {}): Command {
  const [program = "", ...args] = line;
  const child = spawn(program, args, {
    cwd: options.cwd ?? repository,
    env: environmentWith(options.env),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${program} cannot be started.`);
  groups.add(pid);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    log = (log + piece).slice(-keptCharacters);
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });
  const ready = firstLine(child.stdout, exited, () => log);
  ready.catch(() => undefined);
  const kill = (signal: NodeJS.Signals) => signalProcess(-pid, signal);
  return {
    pid,
    ready,
    exited,
    log: () => log,
    kill,
    async stop(patienceMs = 30_000) {
      signalProcess(pid, "SIGTERM");
      const code = await Promise.race([exited, sleep(patienceMs, undefined, { ref: false })]);
      kill("SIGKILL");
      groups.delete(pid);
      return code ?? null;
    },
  };
}

async function firstLine(
  stdout: NodeJS.ReadableStream,
  exited: Promise<number | null>,
  log: () => string,
): Promise<Ready> {
  const lines = createInterface({ input: stdout });
  const line = await Promise.race([
    once(lines, "line").then(([first]) => String(first)),
    exited.then(async (code) => {
      // What it wrote last may still be on its way.
      await sleep(100);
      throw new Error(
        `The command ended with ${code} before it was ready:\n${log().slice(-8_000)}`,
      );
    }),
  ]);
  return JSON.parse(line) as Ready;
}

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `flotilla <args>` to its end. */
export async function runFlotilla(args: string[], options: CommandOptions = {}): Promise<Answer> {
  return runCommand([process.execPath, flotilla, ...args], options);
}

/** Runs a program to its end. */
export async function runCommand(line: string[], options: CommandOptions = {}): Promise<Answer> {
  const [program = "", ...args] = line;
  const child = spawn(program, args, {
    cwd: options.cwd ?? repository,
    env: environmentWith(options.env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(options.input ?? "");
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code));
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ]);
  return { code, stdout, stderr };
}

/** Does nothing when the process (or, with a negative number, the group) is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function environmentWith(added: Environment = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(FLOTILLA_|DATABASE_URL$|VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(name),
  );
  return { ...Object.fromEntries(own), ...added };
}
