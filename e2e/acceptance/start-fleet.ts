import type { Command } from "../command.ts";
import { startPlatform, type Platform } from "../platform.ts";
import { startPostgresServer } from "../postgres.ts";
import { startWorker } from "../worker.ts";
import type { Proof } from "./claim.ts";
import { eventually } from "./eventually.ts";
import type { LedgerSetting } from "./ledger-setting.ts";

/** A worker of a fleet; its id changes when it loses its lease. */
export interface FleetWorker {
  process: Command;
  /** Every id it has had, the newest last. */
  ids(): string[];
}

/** A Postgres server, the API on it, and workers that are no children of the API. */
export interface Fleet {
  platform: Platform;
  databaseUrl: string;
  workers: FleetWorker[];
  /** Starts one more. */
  addWorker(): FleetWorker;
}

/** @param concurrency runs at once per worker, so that none takes all */
export async function startFleet(
  proof: Proof,
  setting: Pick<LedgerSetting, "env" | "config">,
  options: { workers: number; concurrency: number },
): Promise<Fleet> {
  const server = await startPostgresServer();
  proof.finally(() => server.stop());
  const platform = await startPlatform({
    databaseUrl: server.url,
    workers: 0,
    env: setting.env,
    config: setting.config,
  });
  proof.finally(() => platform.stop());
  const workers: FleetWorker[] = [];
  const addWorker = () => {
    const where = { databaseUrl: server.url, home: platform.home };
    const worker = openWorker(proof, setting, { ...where, ...options });
    workers.push(worker);
    return worker;
  };
  for (let i = 0; i < options.workers; i++) addWorker();
  for (const worker of workers) await workerId(worker, 1);
  return { platform, databaseUrl: server.url, workers, addWorker };
}

/** Waits for the worker's id of that number, from 1. */
export async function workerId(worker: FleetWorker, number: number): Promise<string> {
  const what = `a worker to take runs under its id number ${number}`;
  return eventually({ what, timeoutMs: 60_000 }, () => worker.ids()[number - 1]);
}

/** Waits until the worker says that it has runs. */
export async function untilItHasRuns({ platform }: Fleet, id: string): Promise<void> {
  const what = `worker ${id} to have runs`;
  await eventually({ what, timeoutMs: 120_000, everyMs: 50 }, async () => {
    const { workers } = await platform.client.status();
    return workers.some((worker) => worker.id === id && worker.activeRuns > 0) || undefined;
  });
}

function openWorker(
  proof: Proof,
  setting: Pick<LedgerSetting, "env" | "config">,
  options: { databaseUrl: string; home: string; concurrency: number },
): FleetWorker {
  const command = startWorker({
    databaseUrl: options.databaseUrl,
    home: options.home,
    env: {
      ...setting.env,
      FLOTILLA_CONFIG: `${options.home}/flotilla.json`,
      FLOTILLA_CONCURRENCY: String(options.concurrency),
    },
  });
  proof.finally(() => command.stop());
  return {
    process: command,
    ids: () =>
      command
        .log()
        .split("\n")
        .filter((line) => line.includes("the worker takes runs"))
        .map((line) => (JSON.parse(line) as { workerId: string }).workerId),
  };
}
