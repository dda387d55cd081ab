import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "@flotilla/api";
import { startFlotilla, type Command, type Environment } from "./command.ts";
import { killPostmaster, postmasterOf } from "./postgres.ts";
import { descendants } from "./process-tree.ts";

export interface PlatformOptions {
  /** Default: a new temporary folder, removed by `stop`. */
  home?: string;
  /** A Postgres server instead of the embedded one. */
  databaseUrl?: string;
  /** Settings, as environment variables. The examples are not seeded unless this says so. */
  env?: Environment;
  /** Default: 1. */
  workers?: number;
  /** The content of a config file. */
  config?: object;
  /** Default: any free port. */
  port?: number;
}

/** The real platform, started from outside as a person would start it. */
export interface Platform {
  /** It stays the same over restarts. */
  readonly url: string;
  readonly client: Client;
  readonly home: string;
  /** Of `flotilla up`; also its process group. */
  readonly pid: number;
  readonly processGroup: number;
  /** The batch of the examples, when they were seeded. */
  readonly seededBatch: string | undefined;
  /** By which the first owner comes in, where sign-in is required. */
  readonly adminLink: string | undefined;
  /** What it has logged since its last start. */
  log(): string;
  /** Its worker processes that are alive. */
  workerPids(): number[];
  /** The embedded Postgres' first process; undefined while there is none. */
  postgresPid(): number | undefined;
  /** To the whole process group; Postgres is in none. */
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM and waits for the end. Returns the exit code; null when it had to be killed. */
  drain(patienceMs?: number): Promise<number | null>;
  /** Starts it again, on the same home and port, after `kill` or `drain`. */
  restart(env?: Environment): Promise<void>;
  /** Drains it, ends what is left of it, and removes a temporary home. */
  stop(): Promise<void>;
}

/** A Postgres that was killed a moment ago may still write. */
const patientRemoval = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 };
const running = new Set<OpenPlatform>();
process.once("exit", () => {
  for (const platform of running) platform.abandon();
});

/**
 * Runs `flotilla up` and resolves once it takes requests. Rejects with its log when it does not
 * start. Whatever becomes of this process, nothing of the platform outlives it.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "flotilla-e2e-")));
  const platform = new OpenPlatform(home, options);
  running.add(platform);
  try {
    await platform.restart();
  } catch (error) {
    await platform.stop();
    throw error;
  }
  return platform;
}

class OpenPlatform implements Platform {
  readonly home: string;
  readonly #options: PlatformOptions;
  #command: Command | undefined;
  #url = "";
  #client: Client | undefined;
  seededBatch: string | undefined;
  adminLink: string | undefined;

  constructor(home: string, options: PlatformOptions) {
    this.home = home;
    this.#options = options;
  }

  get url(): string {
    return this.#url;
  }

  get client(): Client {
    if (!this.#client) throw new Error("The platform has not started.");
    return this.#client;
  }

  get pid(): number {
    return this.#started().pid;
  }

  get processGroup(): number {
    return this.#started().pid;
  }

  log(): string {
    return this.#started().log();
  }

  workerPids(): number[] {
    return descendants(this.pid)
      .filter(({ command }) => command.includes("worker-process"))
      .map(({ pid }) => pid);
  }

  postgresPid(): number | undefined {
    return postmasterOf(this.home);
  }

  kill(signal: NodeJS.Signals): void {
    this.#command?.kill(signal);
  }

  async drain(patienceMs?: number): Promise<number | null> {
    return this.#started().stop(patienceMs);
  }

  async restart(env: Environment = {}): Promise<void> {
    await this.#command?.exited;
    const { workers = 1, port = 0, databaseUrl, config } = this.#options;
    await mkdir(this.home, { recursive: true });
    const configFile = join(this.home, "flotilla.json");
    if (config) await writeFile(configFile, JSON.stringify(config));
    const samePort = this.#url ? Number(new URL(this.#url).port) : port;
    const args = ["up", "--json", "--port", String(samePort), "--workers", String(workers)];
    this.#command = startFlotilla(args, {
      cwd: this.home,
      env: {
        FLOTILLA_HOME: this.home,
        FLOTILLA_SEED: "false",
        ...(config && { FLOTILLA_CONFIG: configFile }),
        ...(databaseUrl && { DATABASE_URL: databaseUrl }),
        ...this.#options.env,
        ...env,
      },
    });
    const ready = await this.#command.ready;
    this.#url = ready.url;
    this.seededBatch = ready.seededBatch;
    this.adminLink = ready.adminLink;
    this.#client = createClient({ baseUrl: this.#url });
  }

  /** What can be done for `stop` while this process exits. */
  abandon(): void {
    this.#command?.kill("SIGKILL");
    killPostmaster(this.home);
    if (this.#options.home === undefined) rmSync(this.home, patientRemoval);
  }

  async stop(): Promise<void> {
    await this.#command?.stop();
    killPostmaster(this.home);
    running.delete(this);
    if (this.#options.home !== undefined) return;
    await rm(this.home, patientRemoval);
  }

  #started(): Command {
    if (!this.#command) throw new Error("The platform has not started.");
    return this.#command;
  }
}
