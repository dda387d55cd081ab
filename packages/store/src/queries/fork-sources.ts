import type { AnswerCheck, Environment, Json, JsonObject, RunStatus } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Which runs are to be forked. */
export interface ForkSourceFilter {
  runIds?: string[] | undefined;
  batchId?: string | undefined;
  status?: RunStatus | undefined;
  agent?: string | undefined;
  fingerprint?: string | undefined;
}

/** A run that a fork may be made of. */
export interface ForkSource {
  runId: string;
  agentName: string;
  agentId: string;
  agentVersion: number;
  organisation: string;
  environment: Environment;
  batchId: string | null;
  row: number | null;
  /** Of its batch's row; empty without one. */
  data: JsonObject;
  status: RunStatus;
  output: Json;
  /** That of its batch. */
  check: AnswerCheck | null;
  /** Something was said before it began. */
  hasHistory: boolean;
}

/** The runs that fit, the oldest first, those after `after`. */
export async function forkSources(
  db: Database,
  filter: ForkSourceFilter,
  after: string,
  limit: number,
): Promise<ForkSource[]> {
  const { runIds, batchId, status, agent, fingerprint } = filter;
  let query = db
    .selectFrom("run")
    .leftJoin("batch_row", (join) =>
      join
        .onRef("batch_row.batch_id", "=", "run.batch_id")
        .onRef("batch_row.row_no", "=", "run.row_no"),
    )
    .leftJoin("batch", "batch.id", "run.batch_id")
    .select([
      "run.id as runId",
      "run.agent_name as agentName",
      "run.agent_id as agentId",
      "run.agent_version as agentVersion",
      "run.org_id as organisation",
      "run.environment",
      "run.batch_id as batchId",
      "run.row_no as row",
      sql<JsonObject>`coalesce(batch_row.data, '{}')`.as("data"),
      "run.status",
      "run.output",
      "batch.answer_check as check",
      sql<boolean>`run.after_run IS NOT NULL`.as("hasHistory"),
    ])
    .where("run.id", ">", after);
  if (runIds) query = query.where(({ eb, fn, val }) => eb("run.id", "=", fn.any(val(runIds))));
  // Runs that do parts of others are of the batch too, and no rows of it.
  if (batchId !== undefined) {
    query = query.where("run.batch_id", "=", batchId).where("run.row_no", "is not", null);
  }
  if (status !== undefined) query = query.where("run.status", "=", status);
  if (agent !== undefined) query = query.where("run.agent_name", "=", agent);
  if (fingerprint !== undefined) query = query.where("run.fingerprint", "=", fingerprint);
  return query.orderBy("run.id").limit(limit).execute();
}
