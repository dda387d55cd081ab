import type { Segment } from "@flotilla/core";
import type pg from "pg";
import { dueChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";

/**
 * Hands due segments to `enqueue`, oldest runs first, and notes them as queued when it resolves.
 * Their rows stay locked meanwhile, so that each is handed to one worker only.
 *
 * @returns how many there were
 */
export async function queueDue(
  pool: pg.Pool,
  limit: number,
  enqueue: (segments: Segment[]) => Promise<void>,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{
      id: string;
      segment: number;
      priority: number;
      batch: boolean;
    }>({
      name: "due_segments",
      text: `SELECT run.id, run.segment, run.batch_id IS NOT NULL AS batch,
               coalesce(batch.priority, 5) AS priority
             FROM run LEFT JOIN batch ON batch.id = run.batch_id
             WHERE run.status IN ('pending', 'running', 'waiting') AND run.queued_at IS NULL
               AND (run.wake_at IS NULL OR run.wake_at <= now())
             ORDER BY run.id LIMIT $1 FOR UPDATE OF run SKIP LOCKED`,
      values: [limit],
    });
    if (rows.length === 0) return 0;
    await enqueue(rows.map(({ id, ...row }) => ({ runId: id, ...row })));
    await client.query({
      name: "mark_queued",
      text: "UPDATE run SET queued_at = now() WHERE id = ANY ($1)",
      values: [rows.map((row) => row.id)],
    });
    return rows.length;
  });
}

/**
 * Ends a run's segment without ending the run: the next one is due in the queue.
 *
 * @returns false when the epoch does not own the run any more
 */
export async function continueRun(pool: pg.Pool, runId: string, epoch: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE run SET segment = segment + 1, queued_at = NULL
     WHERE id = $1 AND epoch = $2 AND status = 'running'
     RETURNING pg_notify('${dueChannel}', '')`,
    [runId, epoch],
  );
  return rowCount === 1;
}

/**
 * The last safety net: runs whose newest segment is one of these ended ones, and which have
 * neither ended nor been parked, are due in the queue again.
 *
 * @returns how many there were
 */
export async function requeueStranded(
  pool: pg.Pool,
  ended: { runId: string; segment: number }[],
): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE run SET segment = run.segment + 1, queued_at = NULL
     FROM unnest($1::text[], $2::integer[]) AS s (id, segment)
     WHERE run.id = s.id AND run.segment = s.segment AND run.queued_at IS NOT NULL
       AND run.status IN ('pending', 'running')
     RETURNING pg_notify('${dueChannel}', '')`,
    [ended.map((one) => one.runId), ended.map((one) => one.segment)],
  );
  return rowCount ?? 0;
}
