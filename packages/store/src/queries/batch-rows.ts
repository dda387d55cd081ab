import type { ErrorRecord, Json, JsonObject, RunStatus } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

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
  costIncomplete: boolean;
  startedAt: string | null;
  endedAt: string | null;
}

/** The row's own status: its run's, or what is known without one. */
export const rowStatus = sql<RunStatus>`CASE
  WHEN batch_row.error IS NOT NULL THEN 'failed'
  WHEN run.status IS NOT NULL THEN run.status
  WHEN batch.status = 'cancelled' THEN 'cancelled'
  ELSE 'pending' END`;

/** A batch's rows in input order, each with its batch and its run, if it has one. */
export function rowsOfBatch(db: Database, batchId: string) {
  return db
    .selectFrom("batch_row")
    .innerJoin("batch", "batch.id", "batch_row.batch_id")
    .leftJoin("run", "run.id", "batch_row.run_id")
    .where("batch_row.batch_id", "=", batchId)
    .orderBy("batch_row.row_no");
}

export interface RowFilter {
  status?: RunStatus | undefined;
  /** Only rows with a higher number. */
  afterRow: number;
  limit: number;
}

/** Rows in input order. */
export async function listRows(
  db: Database,
  batchId: string,
  filter: RowFilter,
): Promise<BatchRowResult[]> {
  let query = rowsOfBatch(db, batchId)
    .select(({ fn }) => [
      "batch_row.row_no",
      "batch_row.line",
      "batch_row.data",
      rowStatus.as("status"),
      "batch_row.run_id",
      "run.output",
      fn.coalesce("batch_row.error", "run.error").as("error"),
      "run.step_count",
      "run.input_tokens",
      "run.output_tokens",
      "run.cost_micros",
      "run.unpriced_calls",
      "run.started_at",
      "run.ended_at",
    ])
    .where("batch_row.row_no", ">", filter.afterRow);
  if (filter.status !== undefined) query = query.where(rowStatus, "=", filter.status);
  const rows = await query.limit(filter.limit).execute();
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
    costIncomplete: (row.unpriced_calls ?? 0) > 0,
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  }));
}
