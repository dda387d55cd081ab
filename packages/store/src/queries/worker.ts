import type { FoundSandbox, SandboxTier, EngineStore } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

export interface WorkerInfo {
  id: string;
  host: string;
  pid: number;
  startedAt: string;
  heartbeatAt: string;
  activeRuns: number;
  memoryBytes: number;
  /** null: it has not looked yet. */
  sandbox: FoundSandbox | null;
  loopDelayMs: number;
  cpuPercent: number;
}

/** Heartbeat of a worker that has left: always expired. */
const epoch = new Date(0);

export async function registerWorker(
  db: Database,
  worker: { id: string; host: string; pid: number },
): Promise<void> {
  await db.insertInto("worker").values(worker).execute();
}

/**
 * Renews the worker's lease, by the database's clock.
 *
 * @returns false when the lease has expired and another worker took its runs over
 */
export async function heartbeat(
  db: Database,
  beat: Parameters<EngineStore["workers"]["heartbeat"]>[0],
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("worker")
    .set({
      heartbeat_at: sql`now()`,
      active_runs: beat.activeRuns,
      memory_bytes: beat.memoryBytes,
      loop_delay_ms: beat.loopDelayMs ?? 0,
      ...(beat.sandbox && { sandbox_tier: beat.sandbox.tier, sandbox_why: beat.sandbox.why }),
      cpu_percent: beat.cpuPercent ?? 0,
    })
    .where("id", "=", beat.id)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Takes over one worker whose lease has expired, or that is known to be dead: `recover` is
 * called with its id while its row is locked, and the row is deleted once that succeeded. Other
 * workers skip it meanwhile.
 *
 * @returns the id taken over, or undefined when there was none
 */
export async function takeOverWorker(
  db: Database,
  self: string,
  leaseMs: number,
  knownDead: string[],
  recover: (dead: string) => Promise<void>,
): Promise<string | undefined> {
  return db.transaction().execute(async (tx) => {
    // The row stays locked while many segments are recovered, which may take a while.
    await sql`SET LOCAL idle_in_transaction_session_timeout = '60s'`.execute(tx);
    const dead = await tx
      .selectFrom("worker")
      .select("id")
      .where("id", "<>", self)
      .where(({ eb, or, fn, val }) =>
        or([
          eb("heartbeat_at", "<", sql<Date>`now() - ${leaseMs} * interval '1 millisecond'`),
          eb("id", "=", fn.any(val(knownDead))),
        ]),
      )
      .orderBy("heartbeat_at")
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!dead) return undefined;
    await recover(dead.id);
    await tx.deleteFrom("worker").where("id", "=", dead.id).execute();
    await deleteExpiredLeases(tx);
    return dead.id;
  });
}

/**
 * What workers had of budgets and of provider capacity, once it counts no more. That of the worker
 * which was just taken over mostly still counts, and goes with the next one.
 */
async function deleteExpiredLeases(tx: Database): Promise<void> {
  await sql`
    WITH demand AS (
      DELETE FROM capacity_demand WHERE expires_at < extract(epoch FROM now()) * 1000 - 60000
    )
    DELETE FROM budget_lease WHERE expires_at < now() - interval '1 minute'`.execute(tx);
}

/**
 * A worker that leaves in good order gives its lease up. Should anything of it be left, whoever
 * comes next takes it over at once.
 */
export async function leaveWorker(db: Database, id: string): Promise<void> {
  await db.updateTable("worker").set({ heartbeat_at: epoch }).where("id", "=", id).execute();
}

/** Workers that have not left, oldest first. */
export async function listWorkers(db: Database): Promise<WorkerInfo[]> {
  const rows = await db
    .selectFrom("worker")
    .selectAll()
    .where("heartbeat_at", ">", epoch)
    .orderBy("started_at")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    startedAt: row.started_at.toISOString(),
    heartbeatAt: row.heartbeat_at.toISOString(),
    activeRuns: row.active_runs,
    memoryBytes: row.memory_bytes,
    sandbox:
      row.sandbox_tier === null
        ? null
        : { tier: row.sandbox_tier as SandboxTier, why: row.sandbox_why ?? "" },
    loopDelayMs: row.loop_delay_ms,
    cpuPercent: row.cpu_percent,
  }));
}
