import type { ErrorRecord, Json, JsonObject, RunStatus } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** A run as it is held against another. */
export interface PairedRow {
  runId: string | null;
  status: RunStatus;
  output: Json;
  error: ErrorRecord | null;
  stepCount: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
  costIncomplete: boolean;
  ms: number | null;
}

export interface PairRow {
  row: number;
  data: JsonObject;
  before: PairedRow;
  after: PairedRow;
}

const paired = (run: "source" | "fork", missing: string) =>
  sql.raw(`json_build_object(
  'runId', ${run}.id,
  'status', coalesce(${run}.status, ${missing}),
  'output', ${run}.output,
  'error', coalesce(${run === "fork" ? "r.error, " : ""}${run}.error),
  'stepCount', coalesce(${run}.step_count, 0),
  'inputTokens', coalesce(${run}.input_tokens, 0),
  'outputTokens', coalesce(${run}.output_tokens, 0),
  'costMicros', coalesce(${run}.cost_micros, 0),
  'costIncomplete', coalesce(${run}.unpriced_calls, 0) > 0,
  'ms', round(extract(epoch FROM ${run}.ended_at - ${run}.started_at) * 1000)
)`);

/** Rows of a batch of forks with the runs they were made from, in input order, those after a row. */
export async function forkPairs(
  db: Database,
  batchId: string,
  afterRow: number,
  limit: number,
): Promise<PairRow[]> {
  const { rows } = await sql<PairRow>`
    SELECT r.row_no AS row, r.data, ${paired("source", "'failed'")} AS before,
      ${paired(
        "fork",
        `CASE WHEN r.error IS NOT NULL THEN 'failed'
           WHEN batch.status = 'cancelled' THEN 'cancelled' ELSE 'pending' END`,
      )} AS after
    FROM batch_row r JOIN batch ON batch.id = r.batch_id
    LEFT JOIN run source ON source.id = r.source_run
    LEFT JOIN run fork ON fork.id = r.run_id
    WHERE r.batch_id = ${batchId} AND r.row_no > ${afterRow} AND r.source_run IS NOT NULL
    ORDER BY r.row_no LIMIT ${limit}`.execute(db);
  return rows;
}
