import type { Claim, ClaimedRun } from "@flotilla/core";
import type pg from "pg";
import { toEvent, type EventRow } from "./event.ts";

interface ClaimedRow {
  id: string;
  segment: number;
  epoch: number;
  interactive: boolean;
  cancel: boolean;
  mail: boolean;
  pause: boolean;
  outside: boolean;
  batch_id: string | null;
  priority: number;
  events: Omit<EventRow, "run_id">[] | null;
}

const claimSql = `
WITH c AS (
  SELECT * FROM unnest($1::text[], $2::integer[], $3::text[]) AS c (id, segment, worker)
), claimed AS (
  UPDATE run SET
    epoch = run.epoch + 1,
    worker = c.worker,
    status = 'running',
    wake_at = NULL,
    waits_for_children = NULL,
    started_at = coalesce(run.started_at, now()),
    changed_xid = pg_current_xact_id()
  FROM c
  WHERE run.id = c.id AND run.segment = c.segment
    AND run.status IN ('pending', 'running', 'waiting')
  RETURNING run.id, run.segment, run.epoch, run.interactive, run.batch_id,
    run.cancel_by IS NOT NULL AS cancel, run.pause_by IS NOT NULL AS pause,
    run.outside_events > 0 AS outside, run.has_mail AS mail,
    coalesce((SELECT priority FROM batch WHERE batch.id = run.batch_id), 5) AS priority
)
SELECT claimed.*, (
  SELECT json_agg(json_build_object('seq', seq, 'at', at, 'type', type, 'data', data) ORDER BY seq)
  FROM event WHERE run_id = claimed.id
) AS events
FROM claimed`;

/**
 * Makes the worker the owner of each run: the epoch rises, so that every append of an
 * earlier owner is refused. A run whose segment is not the newest any more, or that has
 * ended, cannot be claimed: its place in the answer is null. So is that of all but the last of
 * several claims of one segment, for an epoch has one owner.
 */
export async function claimRuns(pool: pg.Pool, claims: Claim[]): Promise<(ClaimedRun | null)[]> {
  const { rows } = await pool.query<ClaimedRow>({
    name: "claim_runs",
    text: claimSql,
    values: [
      claims.map((claim) => claim.runId),
      claims.map((claim) => claim.segment),
      claims.map((claim) => claim.worker),
    ],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const owners = new Map(
    claims
      .filter((one) => byId.get(one.runId)?.segment === one.segment)
      .map((one) => [one.runId, one]),
  );
  return claims.map((claim) => {
    const { runId } = claim;
    const row = byId.get(runId);
    if (!row || owners.get(runId) !== claim) return null;
    const events = (row.events ?? []).map((event) => toEvent({ run_id: runId, ...event }));
    return {
      epoch: row.epoch,
      interactive: row.interactive,
      cancelRequested: row.cancel,
      hasMail: row.mail,
      pauseRequested: row.pause,
      hasOutside: row.outside,
      batchId: row.batch_id,
      priority: row.priority,
      events,
    };
  });
}

/** The epoch of a run that is running; undefined when it has ended or does not exist. */
export async function ownerEpoch(pool: pg.Pool, runId: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ epoch: number }>(
    "SELECT epoch FROM run WHERE id = $1 AND status = 'running'",
    [runId],
  );
  return rows[0]?.epoch;
}
