import type { ErrorRecord, Json, JsonObject, RunStatus } from "@flotilla/core";
import type pg from "pg";

/** A row of a batch's input with what became of it. */
export interface BatchRowResult {
  row: number;
  line: number | null;
  data: JsonObject;
  status: RunStatus;
  runId: string | null;
  output: Json;
  error: ErrorRecord | null;
  stepCount: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
  startedAt: string | null;
  endedAt: string | null;
}

interface ResultRow {
  row_no: number;
  line: number | null;
  data: JsonObject;
  status: RunStatus;
  run_id: string | null;
  output: Json;
  error: ErrorRecord | null;
  step_count: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_micros: number | null;
  started_at: Date | null;
  ended_at: Date | null;
}

/** The row's own status: its run's, or what is known without one. */
const rowStatus = `CASE
  WHEN batch_row.error IS NOT NULL THEN 'failed'
  WHEN run.status IS NOT NULL THEN run.status
  WHEN batch.status = 'cancelled' THEN 'cancelled'
  ELSE 'pending' END`;

export interface RowFilter {
  status?: RunStatus | undefined;
  /** Only rows with a higher number. */
  afterRow: number;
  limit: number;
}

/** Rows in input order. */
export async function listRows(
  pool: pg.Pool,
  batchId: string,
  filter: RowFilter,
): Promise<BatchRowResult[]> {
  const { rows } = await pool.query<ResultRow>(
    `SELECT batch_row.row_no, batch_row.line, batch_row.data, ${rowStatus} AS status,
       batch_row.run_id, run.output, coalesce(batch_row.error, run.error) AS error,
       run.step_count, run.input_tokens, run.output_tokens, run.cost_micros,
       run.started_at, run.ended_at
     FROM batch_row
     JOIN batch ON batch.id = batch_row.batch_id
     LEFT JOIN run ON run.id = batch_row.run_id
     WHERE batch_row.batch_id = $1 AND batch_row.row_no > $2
       AND ($3::text IS NULL OR ${rowStatus} = $3)
     ORDER BY batch_row.row_no LIMIT $4`,
    [batchId, filter.afterRow, filter.status ?? null, filter.limit],
  );
  return rows.map((row) => ({
    row: row.row_no,
    line: row.line,
    data: row.data,
    status: row.status,
    runId: row.run_id,
    output: row.output,
    error: row.error,
    stepCount: row.step_count ?? 0,
    inputTokens: row.input_tokens ?? 0,
    outputTokens: row.output_tokens ?? 0,
    costMicros: row.cost_micros ?? 0,
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  }));
}

export type Cell = [row: number, status: RunStatus, runId: string | null];

/** Every row's cell, in input order. */
export async function allCells(pool: pg.Pool, batchId: string): Promise<Cell[]> {
  const { rows } = await pool.query<{ row_no: number; status: RunStatus; run_id: string | null }>(
    `SELECT batch_row.row_no, ${rowStatus} AS status, batch_row.run_id
     FROM batch_row
     JOIN batch ON batch.id = batch_row.batch_id
     LEFT JOIN run ON run.id = batch_row.run_id
     WHERE batch_row.batch_id = $1 ORDER BY batch_row.row_no`,
    [batchId],
  );
  return rows.map((row) => [row.row_no, row.status, row.run_id]);
}

/**
 * Where "now" is for followers of a batch: every transaction below this id has ended, so what
 * it changed is visible, and none with a lower id can appear any more.
 */
export async function changeCursor(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ xmin: string }>(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin",
  );
  return rows[0]?.xmin as string;
}

/** The cells of runs whose status changed in transactions from `from` up to, not including, `to`. */
export async function changedCells(
  pool: pg.Pool,
  batchId: string,
  from: string,
  to: string,
): Promise<Cell[]> {
  const { rows } = await pool.query<{ row_no: number; status: RunStatus; id: string }>(
    `SELECT row_no, status, id FROM run
     WHERE batch_id = $1 AND changed_xid >= $2::text::xid8 AND changed_xid < $3::text::xid8
     ORDER BY row_no`,
    [batchId, from, to],
  );
  return rows.map((row) => [row.row_no, row.status, row.id]);
}
