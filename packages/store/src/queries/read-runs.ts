import { FlotillaError, type ErrorRecord, type Json, type RunStatus, type RunSummary } from "@flotilla/core";
import type pg from "pg";

interface RunRow {
  id: string;
  agent_name: string;
  agent_version: number;
  batch_id: string | null;
  row_no: number | null;
  status: RunStatus;
  input: string;
  output: Json;
  error: ErrorRecord | null;
  step_count: number;
  input_tokens: number;
  output_tokens: number;
  cost_micros: number;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
}

const columns = `id, agent_name, agent_version, batch_id, row_no, status, input, output, error,
  step_count, input_tokens, output_tokens, cost_micros, created_at, started_at, ended_at`;

function toSummary(row: RunRow): RunSummary {
  const base = {
    runId: row.id,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    batchId: row.batch_id,
    row: row.row_no,
    input: row.input,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    stepCount: row.step_count,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costMicros: row.cost_micros,
  };
  switch (row.status) {
    case "completed":
      return { ...base, status: row.status, output: row.output };
    case "failed":
      return { ...base, status: row.status, error: row.error as ErrorRecord };
    default:
      return { ...base, status: row.status };
  }
}

/** Throws `not_found`. */
export async function getRun(pool: pg.Pool, runId: string): Promise<RunSummary> {
  const { rows } = await pool.query<RunRow>(`SELECT ${columns} FROM run WHERE id = $1`, [runId]);
  if (!rows[0]) throw new FlotillaError("not_found", `There is no run ${runId}.`);
  return toSummary(rows[0]);
}

export interface RunFilter {
  status?: RunStatus | undefined;
  agent?: string | undefined;
  batchId?: string | undefined;
  /** Only runs older than this one. */
  before?: string | undefined;
  limit: number;
}

/** Runs, newest first. */
export async function listRuns(pool: pg.Pool, filter: RunFilter): Promise<RunSummary[]> {
  const values: unknown[] = [filter.limit];
  const conditions = ["true"];
  const where = (sql: string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(sql.replace("?", `$${values.length}`));
  };
  where("status = ?", filter.status);
  where("agent_name = ?", filter.agent);
  where("batch_id = ?", filter.batchId);
  where("id < ?", filter.before);
  const { rows } = await pool.query<RunRow>(
    `SELECT ${columns} FROM run WHERE ${conditions.join(" AND ")} ORDER BY id DESC LIMIT $1`,
    values,
  );
  return rows.map(toSummary);
}

/** How many runs there are in each status. */
export async function countRuns(pool: pg.Pool): Promise<Record<RunStatus, number>> {
  const { rows } = await pool.query<{ status: RunStatus; count: number }>(
    "SELECT status, count(*) AS count FROM run GROUP BY status",
  );
  const counts = { pending: 0, running: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0 };
  for (const row of rows) counts[row.status] = row.count;
  return counts;
}
