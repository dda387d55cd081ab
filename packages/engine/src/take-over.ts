import { hostname } from "node:os";
import type { EngineStore, Log } from "@flotilla/core";
import type { Queue } from "./dbos-queue.ts";

/** A worker that was not heard of for so long is dead to the others. */
export const leaseMs = 6_000;
/** No worker was silent for so long: only those known to be gone are taken over. */
const neverMs = 1_000_000_000;

export interface TakeOver {
  store: EngineStore;
  queue: Queue;
  log: Log;
  workerId: string;
  /**
   * True when all workers of this database run on this host, in one process namespace: a worker
   * whose process is gone is then taken over at once, without waiting for its lease.
   */
  singleHost: boolean;
  /** Whether the leases of others can be believed; see `SteadyLease`. */
  mayJudge: () => boolean;
}

/** Gives the segments of dead workers back to the queue, each worker's once. */
export async function takeOver({
  store,
  queue,
  log,
  workerId,
  singleHost,
  mayJudge,
}: TakeOver): Promise<void> {
  const gone = singleHost ? await vanished(store, workerId) : [];
  for (;;) {
    const patienceMs = mayJudge() ? leaseMs : neverMs;
    const recover = (id: string) => queue.recover(id);
    const dead = await store.workers.takeOver(workerId, patienceMs, gone, recover);
    if (dead === undefined) return;
    log.info({ dead, workerId }, "took over what a worker left behind");
  }
}

/** Workers of this host whose process is not there any more. */
async function vanished(store: EngineStore, self: string): Promise<string[]> {
  const workers = await store.workers.list();
  return workers
    .filter((one) => one.id !== self && one.host === hostname() && !isAlive(one.pid))
    .map((one) => one.id);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
