import { terminalStatuses } from "@flotilla/core";
import { sql, type RawBuilder } from "kysely";
import type { Database } from "../database.ts";

/**
 * Deletes runs that ended more than `days` ago, with their journals, the descriptions of their
 * artifacts, what they asked people, the tool rules about them and their calls in batches of providers, a
 * bounded number at a time, so that no statement runs long. Runs that have not ended are never touched. Those of a batch stay until it
 * has ended that long ago too, for its figures count them; it goes when its last run is gone. Those of
 * a thread stay until it was last written to that long ago, and it goes with them. A run stays as long as there
 * are forks of it, or of the thread that it is a turn of: they go on from it, and refer to what it has kept. A tree
 * of runs goes as a whole, when the last of them ended that long ago.
 *
 * @returns the runs that were deleted; call again until there are none
 */
export async function deleteOldRuns(db: Database, days: number, limit = 1_000): Promise<string[]> {
  const longAgo = sql<Date>`now() - ${days} * interval '1 day'`;
  const { rows } = await sql<{ id: string }>`
    WITH old AS (${oldTrees(longAgo, limit)}), gone AS (
      SELECT id FROM old UNION ALL SELECT run.id FROM old JOIN run ON run.root_id = old.id
    ), events AS (
      DELETE FROM event USING gone WHERE run_id = gone.id
    ), artifacts AS (
      DELETE FROM artifact USING gone WHERE run_id = gone.id
    ), calls AS (
      DELETE FROM provider_call USING gone WHERE run_id = gone.id
    ), entries AS (
      DELETE FROM blackboard USING old WHERE root_id = old.id
    ), files AS (
      DELETE FROM file_label USING gone WHERE workspace = gone.id
    ), messages AS (
      DELETE FROM agent_message USING gone WHERE to_run = gone.id
    )
    DELETE FROM run USING gone WHERE run.id = gone.id RETURNING run.id`.execute(db);
  if (rows.length < limit) {
    await deleteOldBatches(db, longAgo);
    await deleteOldProviderBatches(db, longAgo);
    await deleteOldThreads(db, longAgo);
  }
  return rows.map(({ id }) => id);
}

/** The tops of trees that nothing keeps. */
function oldTrees(longAgo: RawBuilder<Date>, limit: number): RawBuilder<{ id: string }> {
  return sql`
    SELECT id FROM run
    WHERE parent_id IS NULL AND status = ANY (${terminalStatuses}) AND ended_at < ${longAgo}
      AND NOT EXISTS (
        SELECT FROM run below
        WHERE below.root_id = run.id AND (below.ended_at IS NULL OR below.ended_at >= ${longAgo})
      ) AND NOT EXISTS (
        SELECT FROM batch
        WHERE batch.id = run.batch_id AND (batch.ended_at IS NULL OR batch.ended_at >= ${longAgo})
      ) AND NOT EXISTS (
        SELECT FROM thread WHERE thread.id = run.thread_id AND thread.updated_at >= ${longAgo}
      ) AND NOT EXISTS (
        SELECT FROM run fork WHERE fork.forked_from = run.id
      ) AND NOT EXISTS (
        SELECT FROM run below JOIN run fork ON fork.forked_from = below.id
        WHERE below.root_id = run.id
      ) AND NOT EXISTS (
        -- A fork may go on from a later turn of the thread.
        SELECT FROM run turn JOIN run fork ON fork.after_run = turn.id
        WHERE turn.thread_id = run.thread_id AND fork.forked_from IS NOT NULL
      )
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
}

/** Batches that ended that long ago, once the last of their runs is gone, with their accounts. */
async function deleteOldBatches(db: Database, longAgo: RawBuilder<Date>): Promise<void> {
  await db
    .with("gone", (query) =>
      query
        .deleteFrom("batch")
        .where("status", "in", ["completed", "cancelled"])
        .where("ended_at", "<", longAgo)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("run").select("id").whereRef("run.batch_id", "=", "batch.id"))),
        )
        .returning("batch.id"),
    )
    .deleteFrom("budget_account")
    .using("gone")
    .whereRef("budget_account.budget_id", "=", "gone.id")
    .execute();
}

/** Threads that were last written to that long ago, once their last run is gone. */
async function deleteOldThreads(db: Database, longAgo: RawBuilder<Date>): Promise<void> {
  await db
    .deleteFrom("thread")
    .where("updated_at", "<", longAgo)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("run").select("id").whereRef("run.thread_id", "=", "thread.id"))),
    )
    .execute();
}

/** Batches at providers that ended that long ago, once the last of their calls is gone. */
async function deleteOldProviderBatches(db: Database, longAgo: RawBuilder<Date>): Promise<void> {
  await db
    .deleteFrom("provider_batch")
    .where("status", "=", "ended")
    .where("ended_at", "<", longAgo)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("provider_call")
            .select("run_id")
            .whereRef("provider_call.batch_id", "=", "provider_batch.id"),
        ),
      ),
    )
    .execute();
}
