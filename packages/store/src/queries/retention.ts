import { terminalStatuses } from "@flotilla/core";
import { sql, type ExpressionBuilder, type RawBuilder } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

/**
 * Deletes runs that ended more than `days` ago, with their journals, the descriptions of their
 * artifacts, what they asked people, the tool rules about them and their calls in batches of providers, a
 * bounded number at a time, so that no statement runs long. Runs that have not ended are never touched. Those of a batch stay until it
 * has ended that long ago too, for its figures count them; it goes when its last run is gone. Those of
 * a thread stay until it was last written to that long ago, and it goes with them. A run stays as long as there
 * are forks of it, or of the thread that it is a turn of: they go on from it, and refer to what it has kept.
 *
 * @returns the runs that were deleted; call again until there are none
 */
export async function deleteOldRuns(db: Database, days: number, limit = 1_000): Promise<string[]> {
  const longAgo = sql<Date>`now() - ${days} * interval '1 day'`;
  const deleted = await db
    .with("old", (query) =>
      query
        .selectFrom("run")
        .select("id")
        .where("status", "in", terminalStatuses)
        .where("ended_at", "<", longAgo)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("batch")
                .select("batch.id")
                .whereRef("batch.id", "=", "run.batch_id")
                .where(({ eb, or }) =>
                  or([eb("batch.ended_at", "is", null), eb("batch.ended_at", ">=", longAgo)]),
                ),
            ),
          ),
        )
        .where((run) => isNotOfThread(run, longAgo))
        .where(hasNoForks)
        .orderBy("id")
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .with("events", (query) =>
      query.deleteFrom("event").using("old").whereRef("event.run_id", "=", "old.id"),
    )
    .with("artifacts", (query) =>
      query.deleteFrom("artifact").using("old").whereRef("artifact.run_id", "=", "old.id"),
    )
    .with("calls", (query) =>
      query
        .deleteFrom("provider_call")
        .using("old")
        .whereRef("provider_call.run_id", "=", "old.id"),
    )
    .deleteFrom("run")
    .using("old")
    .whereRef("run.id", "=", "old.id")
    .returning("run.id")
    .execute();
  if (deleted.length < limit) {
    await deleteOldBatches(db, longAgo);
    await deleteOldProviderBatches(db, longAgo);
    await deleteOldThreads(db, longAgo);
  }
  return deleted.map((run) => run.id);
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

/** Whether the thread that the run is a turn of, if any, was not written to since. */
function isNotOfThread(
  { not, exists, selectFrom }: ExpressionBuilder<DB, "run">,
  since: RawBuilder<Date>,
) {
  const thread = selectFrom("thread")
    .select("thread.id")
    .whereRef("thread.id", "=", "run.thread_id")
    .where("thread.updated_at", ">=", since);
  return not(exists(thread));
}

/** Whether nothing was forked from the run, or goes on from the thread that it is a turn of as a fork. */
function hasNoForks({ and, not, exists, selectFrom }: ExpressionBuilder<DB, "run">) {
  const forks = selectFrom("run as fork").select("id").whereRef("fork.forked_from", "=", "run.id");
  const later = selectFrom("run as turn")
    .innerJoin("run as fork", "fork.after_run", "turn.id")
    .select("fork.id")
    .whereRef("turn.thread_id", "=", "run.thread_id")
    .where("fork.forked_from", "is not", null);
  return and([not(exists(forks)), not(exists(later))]);
}
