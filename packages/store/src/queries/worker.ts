import type pg from "pg";
import { inTransaction } from "../transaction.ts";

export interface WorkerRow {
  id: string;
  host: string;
  pid: number;
  startedAt: string;
  heartbeatAt: string;
  activeRuns: number;
  memoryBytes: number;
}

export async function registerWorker(
  pool: pg.Pool,
  worker: { id: string; host: string; pid: number },
): Promise<void> {
  await pool.query("INSERT INTO worker (id, host, pid) VALUES ($1, $2, $3)", [
    worker.id,
    worker.host,
    worker.pid,
  ]);
}

/**
 * Renews the worker's lease, by the database's clock.
 *
 * @returns false when the lease has expired and another worker took its runs over
 */
export async function heartbeat(
  pool: pg.Pool,
  beat: { id: string; activeRuns: number; memoryBytes: number },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: "heartbeat",
    text: `UPDATE worker SET heartbeat_at = now(), active_runs = $2, memory_bytes = $3
           WHERE id = $1`,
    values: [beat.id, beat.activeRuns, beat.memoryBytes],
  });
  return rowCount === 1;
}

/**
 * Takes over one worker whose lease has expired, or that is known to be dead: `recover` is
 * called with its id while its row is locked, and the row is deleted once that succeeded. Other
 * workers skip it meanwhile.
 *
 * @returns the id taken over, or undefined when there was none
 */
export async function takeOverWorker(
  pool: pg.Pool,
  self: string,
  leaseMs: number,
  knownDead: string[],
  recover: (dead: string) => Promise<void>,
): Promise<string | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM worker
       WHERE id <> $1 AND (heartbeat_at < now() - $2 * interval '1 millisecond' OR id = ANY ($3))
       ORDER BY heartbeat_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [self, leaseMs, knownDead],
    );
    const dead = rows[0]?.id;
    if (dead === undefined) return undefined;
    await recover(dead);
    await client.query("DELETE FROM worker WHERE id = $1", [dead]);
    return dead;
  });
}

/**
 * A worker that leaves in good order gives its lease up. Should anything of it be left, whoever
 * comes next takes it over at once.
 */
export async function leaveWorker(pool: pg.Pool, id: string): Promise<void> {
  await pool.query("UPDATE worker SET heartbeat_at = 'epoch' WHERE id = $1", [id]);
}

/** Workers that have not left, oldest first. */
export async function listWorkers(pool: pg.Pool): Promise<WorkerRow[]> {
  const { rows } = await pool.query<{
    id: string;
    host: string;
    pid: number;
    started_at: Date;
    heartbeat_at: Date;
    active_runs: number;
    memory_bytes: number;
  }>("SELECT * FROM worker WHERE heartbeat_at > 'epoch' ORDER BY started_at");
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    startedAt: row.started_at.toISOString(),
    heartbeatAt: row.heartbeat_at.toISOString(),
    activeRuns: row.active_runs,
    memoryBytes: row.memory_bytes,
  }));
}
