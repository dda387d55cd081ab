import type { BatchTick, JsonObject, NewRun, ReleasableBatch } from "@flotilla/core";
import type pg from "pg";
import { inTransaction } from "../transaction.ts";
import { createRuns } from "./create-runs.ts";

/** Most rows released in one transaction. */
const chunk = 1_000;

/** Running batches, those with the highest priority first. */
export async function runningBatches(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "SELECT id FROM batch WHERE status = 'running' ORDER BY priority DESC, id",
  );
  return rows.map((row) => row.id);
}

/**
 * Moves a running batch on by one step, in one transaction: tops up its runs in flight to its
 * concurrency with the next rows, or pauses it when its budget is spent, or completes it when
 * every row has ended. Workers may all call it; the batch's row lock lets one at a time do it.
 *
 * @param toRun makes the run of a row; what it throws fails the whole step
 */
export async function tickBatch(
  pool: pg.Pool,
  batchId: string,
  toRun: (batch: ReleasableBatch, row: { row: number; data: JsonObject }) => NewRun,
): Promise<BatchTick> {
  return inTransaction(pool, async (client) => {
    const batch = await lockRunning(client, batchId);
    if (!batch) return { kind: "idle" };
    const { in_flight: inFlight, spent, unended } = await flight(client, batchId, batch);
    const remaining = batch.released_row < batch.row_count;
    if (remaining && batch.budget_micros !== null && spent >= batch.budget_micros) {
      await client.query(
        "UPDATE batch SET status = 'paused', paused_by = 'budget' WHERE id = $1",
        [batchId],
      );
      return { kind: "budget_spent" };
    }
    const room = Math.min(chunk, batch.concurrency - inFlight);
    if (remaining && room > 0) return release(client, batch, room, toRun);
    if (!remaining && !unended) {
      await client.query(
        "UPDATE batch SET status = 'completed', ended_at = now() WHERE id = $1",
        [batchId],
      );
      return { kind: "completed" };
    }
    return { kind: "idle" };
  });
}

interface RunningRow {
  id: string;
  agent_id: string;
  agent_name: string;
  agent_version: number;
  template: string;
  concurrency: number;
  priority: number;
  budget_micros: number | null;
  row_count: number;
  released_row: number;
}

async function lockRunning(
  client: pg.PoolClient,
  batchId: string,
): Promise<RunningRow | undefined> {
  const { rows } = await client.query<RunningRow>(
    `SELECT batch.*, agent.name AS agent_name FROM batch JOIN agent ON agent.id = batch.agent_id
     WHERE batch.id = $1 AND batch.status = 'running' FOR UPDATE OF batch SKIP LOCKED`,
    [batchId],
  );
  return rows[0];
}

async function flight(client: pg.PoolClient, batchId: string, batch: RunningRow) {
  const { rows } = await client.query<{ in_flight: number; unended: boolean; spent: number }>(
    `SELECT
       (SELECT count(*) FROM run
        WHERE batch_id = $1 AND status IN ('pending', 'running')) AS in_flight,
       EXISTS (SELECT 1 FROM run
        WHERE batch_id = $1 AND status IN ('pending', 'running', 'waiting')) AS unended,
       CASE WHEN $2 THEN (SELECT coalesce(sum(cost_micros), 0)::bigint FROM run
        WHERE batch_id = $1) ELSE 0 END AS spent`,
    [batchId, batch.budget_micros !== null],
  );
  return rows[0] as { in_flight: number; unended: boolean; spent: number };
}

async function release(
  client: pg.PoolClient,
  batch: RunningRow,
  room: number,
  toRun: (batch: ReleasableBatch, row: { row: number; data: JsonObject }) => NewRun,
): Promise<BatchTick> {
  const { rows } = await client.query<{ row_no: number; data: JsonObject }>(
    `SELECT row_no, data FROM batch_row
     WHERE batch_id = $1 AND row_no > $2 AND error IS NULL ORDER BY row_no LIMIT $3`,
    [batch.id, batch.released_row, room],
  );
  const releasable: ReleasableBatch = {
    batchId: batch.id,
    agentId: batch.agent_id,
    agentName: batch.agent_name,
    agentVersion: batch.agent_version,
    template: batch.template,
  };
  const runs = rows.map((row) => toRun(releasable, { row: row.row_no, data: row.data }));
  // Fewer rows than room: what is left behind them is bad rows only.
  const released = rows.length < room ? batch.row_count : (rows.at(-1)?.row_no ?? batch.row_count);
  if (runs.length > 0) await createRuns(client, runs);
  await client.query(
    `WITH linked AS (
       UPDATE batch_row SET run_id = r.run_id FROM unnest($3::integer[], $4::text[]) AS r (row_no, run_id)
       WHERE batch_row.batch_id = $1 AND batch_row.row_no = r.row_no
     )
     UPDATE batch SET released_row = $2 WHERE id = $1`,
    [batch.id, released, rows.map((row) => row.row_no), runs.map((run) => run.runId)],
  );
  return { kind: "released", rows: runs.length };
}
