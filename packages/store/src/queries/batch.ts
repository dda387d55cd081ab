import {
  FlotillaError,
  type AnswerCheck,
  type Batch,
  type BatchFork,
  type Label,
  type StartedBy,
} from "@flotilla/core";
import { sql, type InferResult } from "kysely";
import type { Database } from "../database.ts";
import { budgetChannel } from "../notifier.ts";
import type { Scope } from "../scope.ts";

export interface NewBatch {
  id: string;
  name: string;
  agentId: string;
  agentVersion: number;
  template: string;
  concurrency: number;
  priority: number;
  budgetMicros: number | null;
  /** Default: that of the scope. */
  organisation?: string | undefined;
  startedBy?: StartedBy | undefined;
  user?: string | undefined;
  /** ISO 8601; see `run.created`. */
  economyUntil?: string | undefined;
  labels?: Label[] | undefined;
  fork?: BatchFork | undefined;
  check?: AnswerCheck | undefined;
}

/** A new batch is a draft without rows. */
export async function createBatch(db: Database, scope: Scope, batch: NewBatch): Promise<void> {
  await db
    .insertInto("batch")
    .values({
      id: batch.id,
      name: batch.name,
      agent_id: batch.agentId,
      agent_version: batch.agentVersion,
      template: batch.template,
      status: "draft",
      concurrency: batch.concurrency,
      priority: batch.priority,
      budget_micros: batch.budgetMicros,
      user_name: batch.user ?? null,
      labels: batch.labels ?? [],
      economy_until: batch.economyUntil ?? null,
      org_id: batch.organisation ?? scope.organisation,
      environment: scope.environment,
      started_by: batch.startedBy ? JSON.stringify(batch.startedBy) : null,
      fork: batch.fork ? JSON.stringify(batch.fork) : null,
      answer_check: batch.check ? JSON.stringify(batch.check) : null,
    })
    .execute();
}

function namedBatches(db: Database) {
  return db
    .selectFrom("batch")
    .innerJoin("agent", "agent.id", "batch.agent_id")
    .selectAll("batch")
    .select("agent.name as agent_name");
}

function toBatch(row: InferResult<ReturnType<typeof namedBatches>>[number]): Batch {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    pausedBy: row.paused_by,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    template: row.template,
    concurrency: row.concurrency,
    priority: row.priority,
    budgetMicros: row.budget_micros,
    organisation: row.org_id,
    environment: row.environment,
    user: row.user_name,
    startedBy: row.started_by,
    labels: row.labels,
    economyUntil: row.economy_until?.toISOString() ?? null,
    fork: row.fork,
    check: row.answer_check,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

/** Throws `not_found`. */
export async function getBatch(db: Database, batchId: string): Promise<Batch> {
  const row = await namedBatches(db).where("batch.id", "=", batchId).executeTakeFirst();
  if (!row) throw new FlotillaError("not_found", `There is no batch ${batchId}.`);
  return toBatch(row);
}

/** Batches, newest first, those older than `before`. */
export async function listBatches(db: Database, limit: number, before?: string): Promise<Batch[]> {
  let query = namedBatches(db);
  if (before !== undefined) query = query.where("batch.id", "<", before);
  const rows = await query.orderBy("batch.id", "desc").limit(limit).execute();
  return rows.map(toBatch);
}

/** Changes what is given; the rest stays. Throws `not_found`. */
export async function changeBatch(
  db: Database,
  batchId: string,
  change: {
    concurrency?: number | undefined;
    priority?: number | undefined;
    budgetMicros?: number | null | undefined;
  },
): Promise<void> {
  const changed = await db
    .updateTable("batch")
    .set(({ ref }) => ({
      concurrency: change.concurrency ?? ref("concurrency"),
      priority: change.priority ?? ref("priority"),
      budget_micros: change.budgetMicros === undefined ? ref("budget_micros") : change.budgetMicros,
    }))
    .where("id", "=", batchId)
    .returning(sql`pg_notify(${budgetChannel}, '')`.as("told"))
    .executeTakeFirst();
  if (!changed) throw new FlotillaError("not_found", `There is no batch ${batchId}.`);
}
