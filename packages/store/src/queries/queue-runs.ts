import type { Segment } from "@flotilla/core";
import type pg from "pg";
import { dueChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";

/** Candidates for each one that is taken: several workers pick at the same time. */
const picked = 4;

/** Runs whose segment is due and not in the queue yet. */
const isDue = `run.status IN ('pending', 'running', 'waiting') AND run.queued_at IS NULL
  AND (run.wake_at IS NULL OR run.wake_at <= now())`;

/** Segments of batches that may be put into the queue: for each worker so many, less those that are there. */
const roomInQueue = `
  SELECT $1::bigint * greatest(1, (
    SELECT count(*) FROM worker WHERE heartbeat_at > now() - interval '6 s'
  )) - (
    SELECT count(*) FROM run
    WHERE batch_id IS NOT NULL AND status IN ('pending', 'running') AND queued_at IS NOT NULL
  ) AS room`;

const dueOfBatches = `
  WITH due AS MATERIALIZED (
    SELECT run.id, run.org_id, run.batch_id, coalesce(batch.priority, 5) AS priority
    FROM run LEFT JOIN batch ON batch.id = run.batch_id
    WHERE ${isDue} AND run.batch_id IS NOT NULL
  ), busy AS MATERIALIZED (
    SELECT org_id, count(*) AS runs FROM run
    WHERE batch_id IS NOT NULL AND status IN ('pending', 'running')
      AND queued_at IS NOT NULL AND EXISTS (SELECT 1 FROM due)
    GROUP BY org_id
  ), turns AS (
    SELECT id, org_id, row_number() OVER (
      PARTITION BY batch_id ORDER BY id) / power(1.4, priority) AS turn
    FROM due
  ), ordered AS (
    SELECT t.id, coalesce(b.runs, 0) + row_number() OVER (
      PARTITION BY t.org_id ORDER BY t.turn, t.id) AS turn
    FROM turns t LEFT JOIN busy b USING (org_id)
    ORDER BY turn, t.id LIMIT $1 * ${picked}
  )
  SELECT run.id, run.segment, o.turn, (SELECT count(*) FROM due) > $2::bigint AS left
  FROM ordered o JOIN run ON run.id = o.id
  WHERE run.queued_at IS NULL
  ORDER BY o.turn, o.id
  LIMIT least($1, $2) FOR UPDATE OF run SKIP LOCKED`;

/**
 * Hands due segments of single runs to `enqueue`, oldest first, and notes them as queued when it resolves. A person may
 * wait for these: they stand behind no row of a batch, and finding them costs little however many are due.
 *
 * @returns how many there were
 */
export async function queueSingles(
  pool: pg.Pool,
  limit: number,
  enqueue: (segments: Segment[]) => Promise<void>,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; segment: number }>({
      name: "due_singles",
      text: `
        SELECT id, segment FROM run
        WHERE ${isDue} AND batch_id IS NULL
        ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      values: [limit],
    });
    const segments = rows.map(({ id, segment }) => ({ runId: id, segment, batch: false, turn: 0 }));
    await handOver(client, segments, enqueue);
    return rows.length;
  });
}

/**
 * Hands due segments of batches to `enqueue` and notes them as queued when it resolves. There are as many as there is
 * room for, so that the queue stays short and a tenant with many rows is not ahead of one that comes later
 * with few: the organisation that has least under way is next, and within it its batches take turns, by
 * priority. Rows stay locked meanwhile, so that each is handed to one worker only.
 *
 * @param perWorker segments of batches in the queue or under way, for each worker
 * @returns how many there were, and whether some are left because there is no room
 */
export async function queueBatchRuns(
  pool: pg.Pool,
  limit: number,
  enqueue: (segments: Segment[]) => Promise<void>,
  perWorker: number,
): Promise<{ queued: number; isLeft: boolean }> {
  return inTransaction(pool, async (client) => {
    const found = await client.query<{ room: number }>({
      name: "room_in_queue",
      text: roomInQueue,
      values: [perWorker],
    });
    const room = found.rows[0]?.room ?? 0;
    // Looking at all that is due for nothing would cost most when there is most.
    if (room <= 0) return { queued: 0, isLeft: await isAnyDue(client) };
    const { rows } = await client.query<{
      id: string;
      segment: number;
      turn: number;
      left: boolean;
    }>({
      name: "due_of_batches",
      text: dueOfBatches,
      values: [limit, room],
    });
    const segments = rows.map(({ id, segment, turn }) => ({
      runId: id,
      segment,
      batch: true,
      turn,
    }));
    await handOver(client, segments, enqueue);
    // Those that are left may all be in another worker's hands just now.
    const isLeft = rows[0]?.left ?? (await isAnyDue(client));
    return { queued: rows.length, isLeft };
  });
}

async function handOver(
  client: pg.PoolClient,
  segments: Segment[],
  enqueue: (segments: Segment[]) => Promise<void>,
): Promise<void> {
  if (segments.length === 0) return;
  await enqueue(segments);
  await client.query({
    name: "mark_queued",
    text: "UPDATE run SET queued_at = now() WHERE id = ANY ($1)",
    values: [segments.map(({ runId }) => runId)],
  });
}

async function isAnyDue(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query({
    name: "is_any_due",
    text: `SELECT 1 FROM run WHERE ${isDue} AND batch_id IS NOT NULL LIMIT 1`,
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
