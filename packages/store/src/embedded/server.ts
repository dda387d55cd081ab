import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { FlotillaError } from "@flotilla/core";
import pg from "pg";
import { type Cluster, openCluster, superuser } from "./cluster.ts";
import { whileLocked } from "./lock.ts";
import { boundLog } from "./log.ts";
import {
  clearRemains,
  findPostmaster,
  isServerProcess,
  lastPort,
  launchPostmaster,
  type Postmaster,
  signal,
} from "./postmaster.ts";

export interface EmbeddedOptions {
  /** Folder for the data, the password and the log; made when missing. */
  home: string;
  /** Told in a sentence what happens to the server. */
  log?: (message: string) => void;
}

/** A Postgres server of our own, on 127.0.0.1. */
export interface Embedded {
  /** Connection string of the database `flotilla`, with the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends open connections and the server; resolves when it is gone and all is on disk. */
  stop: () => Promise<void>;
}

interface StartOptions extends EmbeddedOptions {
  /** The only port to take; otherwise the last one, or a free one when that is taken. */
  port?: number;
}

interface StartedEmbedded extends Embedded {
  /** Resolves when the server is gone, for whatever reason. */
  exited: Promise<void>;
}

const startTimeoutMs = 120_000;

/** What a launch may fail with, and yet work when tried again. */
const passing = /in use|already exists|is empty|could not create any TCP/;

/**
 * Starts the server of `home`, or attaches to the one that runs: one that outlived its starter,
 * or that another process starts at the same time. It outlives this process unless stopped.
 * Throws `unavailable` or `config_invalid`, with what the server said.
 */
export async function startEmbedded(options: StartOptions): Promise<StartedEmbedded> {
  await mkdir(options.home, { recursive: true });
  return whileLocked(options.home, async () => {
    return startOrAttach(await openCluster(options.home), options);
  });
}

async function startOrAttach(cluster: Cluster, options: StartOptions): Promise<StartedEmbedded> {
  const deadline = Date.now() + startTimeoutMs;
  let child: ChildProcess | undefined;
  while (Date.now() < deadline) {
    const running = await findPostmaster(cluster.data);
    if (running?.ready && (await answers(cluster, running.port))) {
      return attach(cluster, running, child, options);
    }
    if (!running && (!child || hasEnded(child))) {
      if (child) await throwUnlessPassing(cluster, child);
      await clearRemains(cluster.data);
      await boundLog(cluster.logFile);
      child = await launchPostmaster(cluster, options.port ?? (await choosePort(cluster.data)));
    }
    await sleep(child && hasEnded(child) ? 200 : 20);
  }
  throw new FlotillaError("unavailable", "Postgres did not get ready within two minutes.", {
    remedy: `See ${cluster.logFile}; after a crash it may need longer, so try again.`,
    transient: true,
  });
}

function attach(
  cluster: Cluster,
  { pid, port }: Postmaster,
  child: ChildProcess | undefined,
  options: StartOptions,
): StartedEmbedded {
  const own = child?.pid === pid ? child : undefined;
  if (!own) options.log?.("Postgres runs already; attached to it.");
  if (options.port && options.port !== port) {
    throw new FlotillaError("conflict", `Postgres runs on port ${port}, not ${options.port}.`, {
      remedy: "Another process started it there. Stop that one, or start this one anew.",
    });
  }
  return {
    url: urlOf(cluster, port, "flotilla"),
    port,
    pid,
    exited: own ? whenEnded(own) : whenGone(pid, cluster.data),
    stop: () => stop(pid, cluster.data),
  };
}

/** Fast shutdown; a server that hangs is ended harder, and recovers at its next start. */
async function stop(pid: number, data: string): Promise<void> {
  const steps = [
    ["SIGINT", 20_000],
    ["SIGQUIT", 10_000],
    ["SIGKILL", 5_000],
  ] as const;
  for (const [name, patienceMs] of steps) {
    if (!(await isServerProcess(pid, data))) return;
    signal(pid, name);
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline && (await isServerProcess(pid, data))) await sleep(20);
  }
}

function urlOf(cluster: Cluster, port: number, database: string): string {
  return `postgres://${superuser}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/** Whether the server takes our password and statements. Makes the database when it is missing. */
async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const connectionString = urlOf(cluster, port, "postgres");
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const found = await client.query("SELECT FROM pg_database WHERE datname = 'flotilla'");
    if (found.rowCount === 0) await client.query("CREATE DATABASE flotilla");
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== "28P01") return false;
    throw new FlotillaError(
      "config_invalid",
      "Postgres refuses the password kept beside its data.",
      {
        remedy: `Put back the file "password" that was made beside ${cluster.data}.`,
        cause: error,
      },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Returns when the launch is worth another try: it lost a race, or somebody ended it. */
async function throwUnlessPassing(cluster: Cluster, child: ChildProcess): Promise<void> {
  if (child.exitCode === 0 || child.signalCode) return;
  const log = await readFile(cluster.logFile, "utf8");
  const lines = log.split("\n").filter((line) => line.includes(` [${child.pid}] `));
  const said = lines.slice(-6).join("\n");
  if (passing.test(said)) return;
  throw new FlotillaError("unavailable", `Postgres did not start. It said: ${said || "nothing"}`, {
    remedy: `See ${cluster.logFile}.`,
  });
}

/** The port of the last time when it is free, so that connection strings stay valid. */
async function choosePort(data: string): Promise<number> {
  const port = await lastPort(data);
  const kept = port === undefined ? undefined : await tryPort(port);
  // Port 0 lets the system choose, which cannot fail for want of a port.
  return kept ?? (await tryPort(0)) ?? 0;
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function whenEnded(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await once(child, "exit");
}

async function whenGone(pid: number, data: string): Promise<void> {
  while (await isServerProcess(pid, data)) await sleep(250, undefined, { ref: false });
}
