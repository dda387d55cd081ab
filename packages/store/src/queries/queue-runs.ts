import type { Segment } from "@flotilla/core";
import type pg from "pg";
import { dueChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";

/** Candidates for each one that is taken: several workers pick at the same time. */
const picked = 4;

const dueSegments = `
  WITH due AS MATERIALIZED (
    SELECT run.id, run.org_id, run.batch_id, coalesce(batch.priority, 5) AS priority
    FROM run LEFT JOIN batch ON batch.id = run.batch_id
    WHERE run.status IN ('pending', 'running', 'waiting') AND run.queued_at IS NULL
      AND (run.wake_at IS NULL OR run.wake_at <= now())
  ), busy AS MATERIALIZED (
    SELECT org_id, count(*) AS runs FROM run
    WHERE batch_id IS NOT NULL AND status IN ('pending', 'running')
      AND queued_at IS NOT NULL AND EXISTS (SELECT 1 FROM due WHERE batch_id IS NOT NULL)
    GROUP BY org_id
  ), allowed AS (
    SELECT (SELECT count(*) FROM due WHERE batch_id IS NULL) + CASE WHEN $2::bigint IS NULL
      THEN $1 ELSE greatest(0, $2::bigint * greatest(1, (
        SELECT count(*) FROM worker WHERE heartbeat_at > now() - interval '6 s'
      )) - (SELECT coalesce(sum(runs), 0) FROM busy)) END AS runs
  ), turns AS (
    SELECT id, org_id, batch_id, priority, row_number() OVER (
      PARTITION BY batch_id ORDER BY id) / power(1.4, priority) AS turn
    FROM due
  ), ordered AS (
    SELECT t.id, t.batch_id, CASE WHEN t.batch_id IS NULL THEN 0
      ELSE coalesce(b.runs, 0) + row_number() OVER (
        PARTITION BY t.org_id, t.batch_id IS NULL ORDER BY t.turn, t.id) END AS turn
    FROM turns t LEFT JOIN busy b USING (org_id)
    ORDER BY t.batch_id IS NOT NULL, turn, t.id LIMIT $1 * ${picked}
  )
  SELECT run.id, run.segment, o.batch_id IS NOT NULL AS batch, o.turn,
    (SELECT count(*) FROM due) > (SELECT runs FROM allowed) AS left
  FROM ordered o JOIN run ON run.id = o.id
  WHERE run.queued_at IS NULL
  ORDER BY o.batch_id IS NOT NULL, o.turn, o.id
  LIMIT (SELECT least($1, runs) FROM allowed) FOR UPDATE OF run SKIP LOCKED`;

/**
 * Hands due segments to `enqueue` and notes them as queued when it resolves. Single runs come first,
 * oldest first. Batches get what room there is, so that the queue stays short and a tenant with
 * many rows is not ahead of one that comes later with few: the organisation that has least
 * under way is next, and within it its batches take turns, by priority. Rows stay locked meanwhile,
 * so that each is handed to one worker only.
 *
 * @param perWorker segments of batches in the queue or under way, for each worker; default: any number
 * @returns how many there were, and whether some are left because there is no room
 */
export async function queueDue(
  pool: pg.Pool,
  limit: number,
  enqueue: (segments: Segment[]) => Promise<void>,
  perWorker: number | null = null,
): Promise<{ queued: number; isLeft: boolean }> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{
      id: string;
      segment: number;
      batch: boolean;
      turn: number;
      left: boolean;
    }>({
      name: "due_segments",
      text: dueSegments,
      values: [limit, perWorker],
    });
    const isLeft = rows[0]?.left ?? perWorker !== null;
    if (rows.length === 0) return { queued: 0, isLeft: isLeft && (await isDue(client)) };
    await enqueue(
      rows.map(({ id, segment, batch, turn }) => ({ runId: id, segment, batch, turn })),
    );
    await client.query({
      name: "mark_queued",
      text: "UPDATE run SET queued_at = now() WHERE id = ANY ($1)",
      values: [rows.map((row) => row.id)],
    });
    return { queued: rows.length, isLeft };
  });
}

async function isDue(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query({
    name: "is_due",
    text: `SELECT 1 FROM run WHERE status IN ('pending', 'running', 'waiting')
             AND queued_at IS NULL AND (wake_at IS NULL OR wake_at <= now()) LIMIT 1`,
  });
  return rows.length > 0;
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
