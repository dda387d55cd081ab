import { FlotillaError, growTree, type RunTree, type TreeRun } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

const nodeColumns = [
  "run.id",
  "run.parent_id",
  "run.agent_name",
  "run.agent_version",
  "run.status",
  "run.input",
  "run.created_at",
  "run.started_at",
  "run.ended_at",
  "run.step_count",
  "run.input_tokens",
  "run.output_tokens",
  "run.cost_micros",
  "run.unpriced_calls",
] as const;

type NodeRow = Pick<
  Selectable<DB["run"]>,
  | "id"
  | "parent_id"
  | "agent_name"
  | "agent_version"
  | "status"
  | "input"
  | "created_at"
  | "started_at"
  | "ended_at"
  | "step_count"
  | "input_tokens"
  | "output_tokens"
  | "cost_micros"
  | "unpriced_calls"
>;

function tree(db: Database, runId: string) {
  return db
    .withRecursive("tree", (query) =>
      query
        .selectFrom("run")
        .select("id")
        .where("id", "=", runId)
        .unionAll(
          query.selectFrom("tree").innerJoin("run", "run.parent_id", "tree.id").select("run.id"),
        ),
    )
    .selectFrom("tree")
    .innerJoin("run", "run.id", "tree.id")
    .select([...nodeColumns, "run.root_id"]);
}

/** A run and all that it began, in one statement. Throws `not_found`. */
export async function readTree(db: Database, runId: string): Promise<RunTree> {
  const rows = await tree(db, runId).execute();
  const top = rows.find((row) => row.id === runId);
  if (!top) throw new FlotillaError("not_found", `There is no run ${runId}.`);
  return growTree(
    top.root_id ?? runId,
    rows.map((row) => toTreeRun(row, runId)),
  );
}

/**
 * Those of a tree that were begun, or whose status changed, in transactions from `from` up to, not including, `to`;
 * `from` null: all that there are.
 */
export async function changedTreeRuns(
  db: Database,
  runId: string,
  from: string | null,
  to: string,
): Promise<TreeRun[]> {
  let query = tree(db, runId).where("run.changed_xid", "<", sql<string>`${to}::text::xid8`);
  if (from !== null) {
    query = query.where("run.changed_xid", ">=", sql<string>`${from}::text::xid8`);
  }
  const rows = await query.orderBy("run.id").execute();
  return rows.map((row) => toTreeRun(row, runId));
}

function toTreeRun(row: NodeRow, topId: string): TreeRun {
  return {
    runId: row.id,
    parentId: row.id === topId ? null : row.parent_id,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    status: row.status,
    input: row.input,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    own: {
      steps: row.step_count,
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      costMicros: row.cost_micros,
      costIncomplete: row.unpriced_calls > 0,
    },
  };
}
