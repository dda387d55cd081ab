import { FlotillaError, type ErrorRecord, type RunStatus, type RunSummary } from "@flotilla/core";
import type { Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

/** What a summary is made of. */
export const summaryColumns = [
  "id",
  "agent_name",
  "agent_version",
  "batch_id",
  "row_no",
  "parent_id",
  "status",
  "input",
  "output",
  "error",
  "step_count",
  "input_tokens",
  "output_tokens",
  "cost_micros",
  "unpriced_calls",
  "forked_from",
  "user_name",
  "fingerprint",
  "created_at",
  "started_at",
  "ended_at",
] as const;

export function toSummary(
  row: Pick<Selectable<DB["run"]>, (typeof summaryColumns)[number]>,
): RunSummary {
  const base = {
    runId: row.id,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    batchId: row.batch_id,
    row: row.row_no,
    parentId: row.parent_id,
    input: row.input,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    stepCount: row.step_count,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costMicros: row.cost_micros,
    costIncomplete: row.unpriced_calls > 0,
    user: row.user_name,
    ...(row.forked_from !== null && { forkedFrom: row.forked_from }),
  };
  switch (row.status) {
    case "completed":
      return { ...base, status: row.status, output: row.output };
    case "failed":
      return {
        ...base,
        status: row.status,
        error: row.error as ErrorRecord,
        fingerprint: row.fingerprint,
      };
    default:
      return { ...base, status: row.status };
  }
}

/** Throws `not_found`. */
export async function getRun(db: Database, runId: string): Promise<RunSummary> {
  const row = await db
    .selectFrom("run")
    .select(summaryColumns)
    .where("id", "=", runId)
    .executeTakeFirst();
  if (!row) throw new FlotillaError("not_found", `There is no run ${runId}.`);
  return toSummary(row);
}

/** How many runs there are in each status. */
export async function countRuns(db: Database): Promise<Record<RunStatus, number>> {
  const rows = await db
    .selectFrom("run")
    .select((run) => ["status", run.fn.countAll<number>().as("count")])
    .groupBy("status")
    .execute();
  const counts = { pending: 0, running: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0 };
  for (const row of rows) counts[row.status] = row.count;
  return counts;
}
