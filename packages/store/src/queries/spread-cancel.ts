import type pg from "pg";
import { cancelChannel, changeChannel, treeChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";

const mostTops = 100;

/**
 * What lies below a run that ends is cancelled with it: a pending or waiting run at once, a running one by
 * its worker, which is told. Rows that somebody else holds at this moment are left for the next call, so
 * that nobody waits for anybody here.
 */
const markSql = `
WITH RECURSIVE top AS (
  SELECT id, changed_xid, coalesce(cancel_by, 'system') AS by,
    coalesce(cancel_reason, CASE WHEN cancel_by IS NULL THEN 'the run above it has ended'
      ELSE 'the run above it was cancelled' END) AS reason
  FROM run WHERE cancel_tree ORDER BY id LIMIT ${mostTops}
), below AS (
  SELECT run.id, top.id AS top, top.by, top.reason FROM top JOIN run ON run.parent_id = top.id
  UNION ALL
  SELECT run.id, below.top, below.by, below.reason FROM below JOIN run ON run.parent_id = below.id
), live AS (
  SELECT DISTINCT ON (run.id) run.id, below.by, below.reason FROM below JOIN run ON run.id = below.id
  WHERE run.cancel_by IS NULL AND run.status IN ('pending', 'running', 'waiting')
  ORDER BY run.id
), locked AS (
  SELECT run.id, run.status FROM run
  WHERE run.id IN (SELECT id FROM live)
    AND run.cancel_by IS NULL AND run.status IN ('pending', 'running', 'waiting')
  FOR UPDATE SKIP LOCKED
), done AS (
  UPDATE run SET cancel_tree = false
  FROM top
  WHERE run.id = top.id AND run.changed_xid = top.changed_xid AND NOT EXISTS (
    SELECT FROM below JOIN live USING (id) WHERE below.top = top.id
  )
), marked AS (
  UPDATE run SET
    cancel_by = live.by,
    cancel_reason = live.reason,
    status = CASE locked.status WHEN 'running' THEN 'running' ELSE 'cancelled' END,
    epoch = run.epoch + CASE locked.status WHEN 'running' THEN 0 ELSE 1 END,
    ended_at = CASE locked.status WHEN 'running' THEN run.ended_at ELSE now() END,
    wake_at = NULL,
    waiting_budget = NULL,
    waiting_micros = NULL,
    waits_for_children = NULL,
    tree_news = run.tree_news OR locked.status <> 'running',
    queued_at = coalesce(run.queued_at, now()),
    changed_xid = pg_current_xact_id()
  FROM locked JOIN live USING (id)
  WHERE run.id = locked.id
  RETURNING run.id, run.status = 'running' AS running, run.batch_id, run.org_id, run.environment,
    run.cancel_by AS by, run.cancel_reason AS reason
)
SELECT marked.*, (SELECT count(*) FROM live)::integer AS live, (SELECT count(*) FROM top)::integer AS tops
FROM (SELECT 1) AS one LEFT JOIN marked ON true`;

/** The ends of those that no worker held. Locked, so their journals are what they were when they were marked. */
const endSql = `
WITH ended AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS ended (id, batch_id, org_id, environment, by, reason)
), told AS (
  INSERT INTO event (run_id, seq, type, data, org_id, environment)
  SELECT id, (SELECT max(seq) + 1 FROM event WHERE run_id = ended.id), 'run.cancelled',
    json_build_object('by', by, 'reason', reason), org_id, environment
  FROM ended
)
SELECT pg_notify('${changeChannel}', id || coalesce(':' || batch_id, '')) FROM ended`;

interface Marked {
  id: string | null;
  running: boolean;
  batch_id: string | null;
  org_id: string;
  environment: string;
  by: string;
  reason: string;
  live: number;
  tops: number;
}

/**
 * Cancels what lies below runs that were cancelled, or have ended with runs of theirs under way. Any worker
 * may call it, at any time; a run that is begun while its parent is being cancelled is found, for it can be
 * begun only before its parent is marked.
 *
 * @returns whether something is left to do
 */
export async function spreadCancel(pool: pg.Pool): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Marked>({ name: "spread_cancel", text: markSql });
    const marked = rows.filter((row) => row.id !== null);
    const ended = marked.filter((row) => !row.running);
    if (ended.length > 0) await client.query(endStatement(ended));
    if (marked.length > 0) {
      await client.query({
        name: "tell_cancelled",
        text: `SELECT pg_notify('${treeChannel}', ''), (
                 SELECT count(pg_notify('${cancelChannel}', id)) FROM unnest($1::text[]) AS id)`,
        values: [marked.filter((row) => row.running).map((row) => row.id)],
      });
    }
    const [first] = rows;
    return first !== undefined && (first.live > 0 || first.tops === mostTops);
  });
}

function endStatement(ended: Marked[]) {
  const values = [
    ended.map((row) => row.id),
    ended.map((row) => row.batch_id),
    ended.map((row) => row.org_id),
    ended.map((row) => row.environment),
    ended.map((row) => row.by),
    ended.map((row) => row.reason),
  ];
  return { name: "end_cancelled", text: endSql, values };
}
