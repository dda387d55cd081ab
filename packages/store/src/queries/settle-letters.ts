import type { DeadLetterFilter, JsonObject, RunChanges } from "@flotilla/core";
import type pg from "pg";
import { changeChannel, dueChannel } from "../notifier.ts";

/** The letters of a chunk: those that match, the oldest first. */
export interface LetterChunk extends Omit<DeadLetterFilter, "state"> {
  /** Only these runs. */
  runIds?: readonly string[] | undefined;
  /** Only letters of these agents; null: of all. */
  agents: readonly string[] | null;
  /** Only what failed before then: a letter that fails again meanwhile is not taken twice. */
  until: string;
  limit: number;
}

/** Open letters of runs, locked; those that somebody else has in hand are left to him. */
const picked = `
  SELECT id, batch_id, org_id, environment FROM run
  WHERE status = 'failed' AND fingerprint IS NOT NULL AND discarded_at IS NULL
    AND ended_at <= $1::timestamptz
    AND ($2::text[] IS NULL OR id = ANY ($2))
    AND ($3::text[] IS NULL OR agent_name = ANY ($3))
    AND ($4::text IS NULL OR fingerprint = $4)
    AND ($5::text IS NULL OR batch_id = $5)
    AND ($6::text IS NULL OR cause = $6)
    AND ($7::text IS NULL OR error->>'code' = $7)
    AND ($8::text IS NULL OR agent_name = $8)
  ORDER BY ended_at, id LIMIT $9 FOR UPDATE SKIP LOCKED`;

function pickedValues(chunk: LetterChunk): unknown[] {
  const { until, runIds, agents, fingerprint, batchId, cause, code, agent, limit } = chunk;
  const filters = [fingerprint, batchId, cause, code, agent].map((one) => one ?? null);
  return [until, runIds ?? null, agents, ...filters, limit];
}

/** An event of each picked run, at the end of its journal, and the news of it. */
const told = (type: string) => `
  told AS (
    INSERT INTO event (run_id, seq, type, data, org_id, environment)
    SELECT id, (SELECT max(seq) + 1 FROM event WHERE run_id = picked.id), '${type}', $10::json,
      org_id, environment
    FROM picked
  ), numbered AS (
    SELECT (row_number() OVER () - 1) / 100 AS chunk, id || coalesce(':' || batch_id, '') AS id
    FROM picked
  ), notified AS MATERIALIZED (
    SELECT pg_notify('${changeChannel}', string_agg(id, ',')) FROM numbered GROUP BY chunk
  )`;

/**
 * Takes a chunk of letters up again, in one statement: each run goes on from the step that failed, what was
 * completed is not repeated, and its next segment is due. Completed batches they are of run again.
 *
 * @param changes of every one of them; `agentVersion` is one of the agent of all
 * @returns how many there were
 */
export async function replayLetters(
  pool: pg.Pool,
  chunk: LetterChunk,
  by: string,
  changes?: RunChanges,
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: "replay_letters",
    text: `
      WITH picked AS MATERIALIZED (${picked}), ${told("run.retried")}, retried AS (
        UPDATE run SET
          status = 'pending', segment = run.segment + 1,
          queued_at = CASE WHEN run.held THEN now() END, wake_at = NULL,
          agent_version = coalesce($11::integer, run.agent_version),
          error = NULL, fingerprint = NULL, cause = NULL, cancel_by = NULL, cancel_reason = NULL,
          ended_at = NULL, changed_xid = pg_current_xact_id()
        FROM picked WHERE run.id = picked.id
      ), batches AS MATERIALIZED (
        -- One that is being completed at this moment is waited for.
        SELECT id FROM batch WHERE id IN (SELECT batch_id FROM picked) ORDER BY id FOR UPDATE
      ), reopened AS (
        UPDATE batch SET
          status = CASE batch.status WHEN 'completed' THEN 'running' ELSE batch.status END,
          ended_at = CASE batch.status WHEN 'completed' THEN NULL ELSE batch.ended_at END
        FROM batches WHERE batch.id = batches.id
      ), due AS MATERIALIZED (
        SELECT pg_notify('${dueChannel}', '') WHERE EXISTS (SELECT FROM picked)
      )
      SELECT count(*)::integer AS count
      FROM picked, (SELECT count(*) FROM notified) AS n, (SELECT count(*) FROM due) AS d`,
    values: [
      ...pickedValues(chunk),
      JSON.stringify({ by, ...(changes && { changes }) }),
      changes?.agentVersion ?? null,
    ],
  });
  return rows[0]?.count ?? 0;
}

/** Discards a chunk of letters of runs, in one statement. Returns how many there were. */
export async function discardLetters(
  pool: pg.Pool,
  chunk: LetterChunk,
  by: string,
  reason: string,
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: "discard_letters",
    text: `
      WITH picked AS MATERIALIZED (${picked}), ${told("run.discarded")}, discarded AS (
        UPDATE run SET discarded_at = now(), discarded_by = $11, discard_reason = $12
        FROM picked WHERE run.id = picked.id
      )
      SELECT count(*)::integer AS count FROM picked, (SELECT count(*) FROM notified) AS n`,
    values: [...pickedValues(chunk), JSON.stringify({ by, reason }), by, reason],
  });
  return rows[0]?.count ?? 0;
}

/** Discards a chunk of bad rows. Returns how many there were. */
export async function discardRows(
  pool: pg.Pool,
  chunk: Omit<LetterChunk, "runIds"> & { row?: number | undefined },
  by: string,
  reason: string,
): Promise<number> {
  const { agents, until, fingerprint, batchId, cause, code, agent, limit, row } = chunk;
  if (cause !== undefined && cause !== "poison") return 0;
  const { rowCount } = await pool.query({
    name: "discard_rows",
    text: `
      WITH picked AS (
        SELECT b.batch_id, b.row_no FROM batch_row b
        JOIN batch ON batch.id = b.batch_id JOIN agent ON agent.id = batch.agent_id
        WHERE b.fingerprint IS NOT NULL AND b.discarded_at IS NULL
          AND batch.created_at <= $1::timestamptz
          AND ($2::text[] IS NULL OR agent.name = ANY ($2))
          AND ($3::text IS NULL OR b.fingerprint = $3)
          AND ($4::text IS NULL OR b.batch_id = $4)
          AND ($5::text IS NULL OR b.error->>'code' = $5)
          AND ($6::text IS NULL OR agent.name = $6)
          AND ($7::integer IS NULL OR b.row_no = $7)
        ORDER BY b.batch_id, b.row_no LIMIT $8 FOR UPDATE OF b SKIP LOCKED
      )
      UPDATE batch_row SET discarded_at = now(), discarded_by = $9, discard_reason = $10
      FROM picked
      WHERE batch_row.batch_id = picked.batch_id AND batch_row.row_no = picked.row_no`,
    values: [
      ...[until, agents, fingerprint ?? null, batchId ?? null, code ?? null, agent ?? null],
      ...[row ?? null, limit, by, reason],
    ],
  });
  return rowCount ?? 0;
}

/**
 * Takes other data for a bad row whose letter is open, in one statement. Its batch, unless it is a draft or paused, works on
 * it: a completed one runs again. False when the letter is not open, or its batch is cancelled.
 */
export async function correctRow(
  pool: pg.Pool,
  { batchId, row, data }: { batchId: string; row: number; data: JsonObject },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: "correct_row",
    text: `
      WITH picked AS MATERIALIZED (
        -- One that is being completed at this moment is waited for.
        SELECT batch.id, b.row_no FROM batch JOIN batch_row b ON b.batch_id = batch.id
        WHERE batch.id = $1 AND b.row_no = $2 AND batch.status <> 'cancelled'
          AND b.fingerprint IS NOT NULL AND b.discarded_at IS NULL
        FOR UPDATE
      ), corrected AS (
        UPDATE batch_row SET data = $3::json, error = NULL, fingerprint = NULL
        FROM picked WHERE batch_row.batch_id = picked.id AND batch_row.row_no = picked.row_no
      )
      UPDATE batch SET
        released_row = least(batch.released_row, picked.row_no - 1),
        status = CASE batch.status WHEN 'completed' THEN 'running' ELSE batch.status END,
        ended_at = CASE batch.status WHEN 'completed' THEN NULL ELSE batch.ended_at END
      FROM picked WHERE batch.id = picked.id`,
    values: [batchId, row, JSON.stringify(data)],
  });
  return rowCount === 1;
}

/** The next millisecond, by the database's clock: all that has ended is from before it. */
export async function databaseTime(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ now: Date }>(
    "SELECT clock_timestamp() + interval '1 ms' AS now",
  );
  return (rows[0]?.now ?? new Date()).toISOString();
}
