import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { totalmem } from "node:os";
import type { ComponentHealth } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import {
  judgeDatabase,
  judgeDisk,
  judgeMemory,
  judgeProvider,
  judgeQueue,
  judgeSandbox,
  judgeWorkers,
  type Finding,
} from "./judge-components.ts";
import { within } from "./within.ts";

export interface Measured {
  store: Pick<Store, "health" | "targets">;
  /** Folders whose disks are looked at, by what is kept there. */
  folders: Readonly<Record<string, string>>;
}

/** A database that takes longer is away, as far as those who ask are concerned. */
export const answerWithinMs = 3_000;
/** Others take a worker for dead that was silent for so long. */
const silentAfterMs = 6_000;

/** Looks at every component. What depends on a database that does not answer is not among them then. */
export async function measureComponents(parts: Measured, at: string): Promise<ComponentHealth[]> {
  const [stored, disks] = await Promise.all([measureStore(parts), measureDisks(parts.folders)]);
  const findings = [...stored, ...disks, measureMemory()];
  return findings.map((finding) => Object.assign(finding, { at }));
}

async function measureStore({ store }: Measured): Promise<Finding[]> {
  const begun = performance.now();
  try {
    await within(answerWithinMs, store.health.ping());
    const latencyMs = performance.now() - begun;
    const [database, workers, { now, targets }] = await within(
      answerWithinMs,
      Promise.all([
        store.health.database(),
        store.health.workers(silentAfterMs),
        store.targets.list(),
      ]),
    );
    const byProvider = Map.groupBy(targets, ({ model }) => model.split("/")[0] ?? model);
    return [
      judgeDatabase(latencyMs, database),
      judgeQueue(database),
      judgeWorkers(workers),
      ...(workers.sandboxes.length > 0 ? [judgeSandbox(workers)] : []),
      ...[...byProvider].map(([name, own]) => judgeProvider(name, own, now)),
    ];
  } catch {
    return [judgeDatabase(null, null)];
  }
}

async function measureDisks(folders: Measured["folders"]): Promise<Finding[]> {
  const found = await Promise.all(
    Object.entries(folders).map(async ([name, folder]) => {
      const disk = await spaceOf(folder);
      return disk ? [judgeDisk(name, disk.free, disk.total)] : [];
    }),
  );
  return found.flat();
}

/** Of the folder, or the nearest above it that exists. */
async function spaceOf(folder: string): Promise<{ free: number; total: number } | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return folder === dirname(folder) ? undefined : spaceOf(dirname(folder));
  }
}

function measureMemory(): Finding {
  const bound = process.constrainedMemory();
  const total = bound > 0 ? Math.min(bound, totalmem()) : totalmem();
  return judgeMemory(process.memoryUsage.rss(), Math.min(process.availableMemory(), total), total);
}
