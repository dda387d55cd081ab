import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../bin/flotilla.mjs", import.meta.url));

/** Two paces of the same simulated models: as fast as they can, and slow enough to be caught. */
const providers = {
  simulated: { kind: "simulated" },
  slow: { kind: "simulated", latencyMs: 2_000, tokensPerSecond: 5 },
};

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Options {
  /** Text on stdin; without it stdin is empty. */
  input?: string;
  /** Sends this signal once stderr or stdout has shown the text. */
  interrupt?: { after: RegExp; signal: NodeJS.Signals };
  env?: Record<string, string>;
}

/** The whole platform, started by the command line itself, on a database of its own. */
export interface RunningPlatform {
  url: string;
  /** A scratch folder; gone with the platform. */
  folder: string;
  /** Runs `flotilla …` against it. */
  flotilla(args: string[], options?: Options): Promise<Answer>;
  /** Ends it as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
}

const routes = {
  sums: {
    strategy: "by_class",
    targets: ["simulated/demo"],
    classes: { long: { match: ["essay"], targets: ["simulated/script", "simulated/demo"] } },
  },
};

export async function startPlatform(): Promise<RunningPlatform> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-cli-"));
  const { DATABASE_URL: _database, ...inherited } = process.env;
  const env = {
    ...inherited,
    FLOTILLA_HOME: join(folder, "home"),
    FLOTILLA_SEED: "false",
    FLOTILLA_LOG_LEVEL: "warn",
    FLOTILLA_PROVIDERS: JSON.stringify(providers),
    FLOTILLA_ROUTES: JSON.stringify(routes),
  };
  const child = spawn(process.execPath, [bin, "up", "--json", "--port", "0"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await readUrl(child).catch(async (error: unknown) => {
    child.kill();
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    url,
    folder,
    flotilla: (args, options) => flotilla(args, { ...options, env: { ...env, FLOTILLA_URL: url } }),
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGINT");
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

async function readUrl(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes("\n")) return (JSON.parse(said) as { url: string }).url;
  }
  throw new Error(`The platform did not start: ${said}`);
}

/** Runs `flotilla …` as a process with pipes in place of a terminal. */
export async function flotilla(args: string[], options: Options = {}): Promise<Answer> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...options.env },
    stdio: "pipe",
  });
  child.stdin.end(options.input ?? "");
  const { interrupt } = options;
  if (interrupt) {
    let seen = "";
    const look = (chunk: Buffer) => {
      if (interrupt.after.test(seen)) return;
      seen += String(chunk);
      if (interrupt.after.test(seen)) child.kill(interrupt.signal);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
  }
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { code: child.exitCode, stdout, stderr };
}
