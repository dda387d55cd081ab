import { FlotillaError, type JsonObject, type Thread } from "@flotilla/core";
import { sql, type InferResult } from "kysely";
import type { Database } from "../database.ts";
import type { Scope } from "../scope.ts";

export interface NewThread {
  id: string;
  agent: string | null;
  title: string;
  metadata: JsonObject;
}

function threads(db: Database) {
  return db
    .selectFrom("thread")
    .leftJoinLateral(
      (query) =>
        query
          .selectFrom("run")
          .select((run) => [
            run.fn.countAll<number>().as("runs"),
            sql<number>`coalesce(sum(cost_micros), 0)::bigint`.as("cost"),
            sql<number>`coalesce(sum(input_tokens), 0)::bigint`.as("input_tokens"),
            sql<number>`coalesce(sum(output_tokens), 0)::bigint`.as("output_tokens"),
          ])
          .whereRef("run.thread_id", "=", "thread.id")
          .as("spent"),
      (join) => join.onTrue(),
    )
    .selectAll("thread")
    .select(["spent.runs", "spent.cost", "spent.input_tokens", "spent.output_tokens"]);
}

function toThread(row: InferResult<ReturnType<typeof threads>>[number]): Thread {
  return {
    id: row.id,
    agent: row.agent_name,
    title: row.title,
    metadata: row.metadata,
    runs: row.runs ?? 0,
    inputTokens: row.input_tokens ?? 0,
    outputTokens: row.output_tokens ?? 0,
    costMicros: row.cost ?? 0,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    archivedAt: row.archived_at?.toISOString() ?? null,
  };
}

export async function createThread(db: Database, scope: Scope, thread: NewThread): Promise<Thread> {
  await db
    .insertInto("thread")
    .values({
      id: thread.id,
      org_id: scope.organisation,
      environment: scope.environment,
      agent_name: thread.agent,
      title: thread.title,
      metadata: JSON.stringify(thread.metadata),
    })
    .execute();
  return getThread(db, thread.id);
}

/** Throws `not_found`. */
export async function getThread(db: Database, threadId: string): Promise<Thread> {
  const row = await threads(db).where("thread.id", "=", threadId).executeTakeFirst();
  if (!row) throw noThread(threadId);
  return toThread(row);
}

export function noThread(threadId: string): FlotillaError {
  return new FlotillaError("not_found", `There is no thread ${threadId}.`);
}

export interface ThreadFilter {
  archived: boolean;
  /** Only those with this in their title or in something that was said, in any case. */
  search?: string | undefined;
  /** Only threads after this one in the list. */
  before?: { updatedAt: string; id: string } | undefined;
  limit: number;
}

/** Threads, the ones written to last first. */
export async function listThreads(db: Database, filter: ThreadFilter): Promise<Thread[]> {
  const { archived, search, before, limit } = filter;
  let query = threads(db).where("thread.archived_at", archived ? "is not" : "is", null);
  if (search !== undefined) {
    const like = `%${search.replaceAll(/[\\%_]/g, "\\$&")}%`;
    query = query.where(({ eb, or, exists, selectFrom }) =>
      or([
        eb("thread.title", "ilike", like),
        exists(
          selectFrom("run")
            .select("run.id")
            .whereRef("run.thread_id", "=", "thread.id")
            .where("run.input", "ilike", like),
        ),
      ]),
    );
  }
  if (before) {
    const place = sql<boolean>`(thread.updated_at, thread.id) < (${before.updatedAt}::timestamptz, ${before.id})`;
    query = query.where(place);
  }
  const rows = await query
    .orderBy("thread.updated_at", "desc")
    .orderBy("thread.id", "desc")
    .limit(limit)
    .execute();
  return rows.map(toThread);
}

/** The agents whose runs a thread has. */
export async function threadAgents(db: Database, threadId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("run")
    .select("agent_name")
    .distinct()
    .where("thread_id", "=", threadId)
    .execute();
  return rows.map((row) => row.agent_name);
}

export interface ThreadChange {
  agent?: string | null | undefined;
  title?: string | undefined;
  metadata?: JsonObject | undefined;
  archived?: boolean | undefined;
}

/** Throws `not_found`. */
export async function changeThread(
  db: Database,
  threadId: string,
  { agent, title, metadata, archived }: ThreadChange,
): Promise<Thread> {
  const { numUpdatedRows } = await db
    .updateTable("thread")
    .set((thread) => ({
      id: thread.ref("id"),
      ...(agent !== undefined && { agent_name: agent }),
      ...(title !== undefined && { title }),
      ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
      ...(archived === true && {
        archived_at: thread.fn.coalesce("archived_at", sql<Date>`now()`),
      }),
      ...(archived === false && { archived_at: null }),
    }))
    .where("id", "=", threadId)
    .executeTakeFirst();
  if (!numUpdatedRows) throw noThread(threadId);
  return getThread(db, threadId);
}

/**
 * Deletes a thread with its runs, their journals, and the descriptions of their artifacts. What they
 * cost stays in the books. Forks of its runs stay, with what they have copied. Throws `not_found`, or
 * `conflict` while a run of it, or a fork of one, has not ended.
 *
 * @returns the runs that were deleted
 */
export async function deleteThread(db: Database, threadId: string): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const thread = await tx
      .selectFrom("thread")
      .select("id")
      .where("id", "=", threadId)
      .forUpdate()
      .executeTakeFirst();
    if (!thread) throw noThread(threadId);
    const runs = await tx
      .selectFrom("run")
      .select(["id", "status"])
      .where("thread_id", "=", threadId)
      .forUpdate()
      .execute();
    const tops = runs.map(({ id }) => id);
    const below =
      tops.length === 0
        ? []
        : await tx
            .selectFrom("run")
            .select(["id", "status"])
            .where("root_id", "in", tops)
            .forUpdate()
            .execute();
    const ids = [...tops, ...below.map(({ id }) => id)];
    const open = [...runs, ...below].find(({ status }) =>
      ["pending", "running", "waiting"].includes(status),
    );
    if (open) {
      throw new FlotillaError("conflict", `Run ${open.id} of the thread has not ended.`, {
        remedy: "Cancel it, or wait for it, then delete the thread.",
      });
    }
    const fork = ids.length > 0 ? await openFork(tx, ids) : undefined;
    if (fork !== undefined) {
      throw new FlotillaError(
        "conflict",
        `Run ${fork}, a fork of a run of the thread, has not ended.`,
        {
          remedy: "Cancel it, or wait for it, then delete the thread.",
        },
      );
    }
    if (ids.length > 0) {
      await tx.deleteFrom("event").where("run_id", "in", ids).execute();
      await tx.deleteFrom("artifact").where("run_id", "in", ids).execute();
      await tx.deleteFrom("blackboard").where("root_id", "in", tops).execute();
      await tx.deleteFrom("agent_message").where("to_run", "in", ids).execute();
      await tx.deleteFrom("run").where("id", "in", ids).execute();
    }
    await tx.deleteFrom("thread").where("id", "=", threadId).execute();
    return ids;
  });
}

/** A fork that has not ended and was made of one of these runs, or goes on from one. */
async function openFork(tx: Database, runIds: string[]): Promise<string | undefined> {
  const fork = await tx
    .selectFrom("run")
    .select("id")
    .where("forked_from", "is not", null)
    .where(({ eb, or }) => or([eb("forked_from", "in", runIds), eb("after_run", "in", runIds)]))
    .where("status", "in", ["pending", "running", "waiting"])
    .executeTakeFirst();
  return fork?.id;
}
