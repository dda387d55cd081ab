import { setTimeout as sleep } from "node:timers/promises";
import { FlotillaError, type Log } from "@flotilla/core";
import { startWatchdog } from "@flotilla/tools";
import { openDatabase, openPlatform, openWorkerEngine } from "./compose.ts";
import type { Config, Environment } from "./config.ts";
import { forgetSecrets } from "./hidden-environment.ts";
import { loadConfig } from "./load-config.ts";
import { catchAll } from "./errors/catch-all.ts";
import { openErrors } from "./errors/open-errors.ts";
import { followLevels } from "./log/follow-levels.ts";
import { openProcessLog, type ProcessLog } from "./log.ts";
import { openRedactor } from "./redact/open-redactor.ts";
import type { Redactor } from "./redact/redactor.ts";
import { untilStopped } from "./stop.ts";

/** How often its supervisor hears of it. */
const beatMs = 1_000;
/** Longest wait for a database that is away when the worker starts. */
const startTries = 60;

export interface WorkerOptions {
  /** Runs at once. */
  concurrency?: number | undefined;
}

/**
 * Runs a worker on the server of DATABASE_URL until it is told to stop (SIGINT, SIGTERM, or the
 * end of the process that started it); then it drains. A worker that loses its lease starts again
 * under a new id; one whose event loop stands still, or that takes too much memory, ends itself.
 *
 * @param env its settings; the secrets in it are taken out of the environment that children inherit
 * @returns the exit code
 */
export async function runWorker(
  options: WorkerOptions = {},
  env: Environment = process.env,
): Promise<number> {
  const config = await loadConfig(options, env, process.cwd());
  forgetSecrets(process.env, config);
  const logs = openProcessLog(config, "worker");
  const redact = openRedactor(config, logs);
  const url = config.databaseUrl;
  if (!url) {
    throw new FlotillaError("config_invalid", "A worker of its own needs a Postgres server.", {
      remedy:
        "Set DATABASE_URL to the server that `flotilla up` uses too; with the embedded database `flotilla up --workers N` starts the workers.",
    });
  }
  // The embedded database's workers are started by `flotilla up`, which says so.
  const kind = env["FLOTILLA_EMBEDDED"] ? "embedded" : "server";
  if (kind === "server") await openDatabase(config, logs.of("postgres"));
  const endWatch = startWatchdog({ memoryBytes: config.workerMegabytes * 2 ** 20 });
  const beating = setInterval(() => process.send?.({ beat: true }), beatMs).unref();
  try {
    await work(config, { kind, url }, logs, redact);
  } finally {
    clearInterval(beating);
    endWatch();
    await logs.close();
  }
  return 0;
}

async function work(
  config: Config,
  database: { kind: "embedded" | "server"; url: string },
  logs: ProcessLog,
  redact: Redactor,
): Promise<void> {
  const log = logs.of("worker");
  const stopped = untilStopped();
  const platform = await whenUp(() => openPlatform(config, database, logs, redact), log);
  const errors = openErrors({ config, store: platform.store, redact, log });
  const endCatching = catchAll(errors, log);
  const endLevels = await followLevels(platform.store, logs, log);
  const told = { log: logs.of("engine"), errors };
  let stopping = false;
  void stopped.then(() => (stopping = true));
  while (!stopping) {
    const engine = await whenUp(() => openWorkerEngine(config, platform, database, told), log);
    log.info({ workerId: engine.workerId }, "the worker takes runs");
    process.send?.({ ready: engine.workerId });
    const end = await Promise.race([
      stopped.then(() => "stopped" as const),
      engine.lost.then(() => "lost" as const),
    ]);
    const graceMs = end === "stopped" ? config.drainSeconds * 1_000 : 0;
    log.info(
      { activeRuns: engine.activeRuns() },
      end === "stopped" ? "draining" : "starting again",
    );
    await engine.close(graceMs);
  }
  endCatching();
  endLevels();
  await errors.close();
  await platform.close();
}

async function whenUp<T>(open: () => Promise<T>, log: Log): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await open();
    } catch (error) {
      if (tries === startTries || (error instanceof FlotillaError && !error.transient)) throw error;
      log.warn({ reason: (error as Error).message }, "the database does not answer yet");
      await sleep(1_000);
    }
  }
}
