import type { Feedback, FeedbackRecord } from "@flotilla/core";
import type { Selectable } from "kysely";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";
import { addOutside } from "./outside-event.ts";
import { lockRun } from "./steer-run.ts";

function toRecord(row: Selectable<DB["feedback"]>): FeedbackRecord {
  return {
    feedbackId: row.id,
    runId: row.run_id,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    target: row.target,
    ...(row.rating !== null && { rating: row.rating }),
    ...(row.correction !== null && { correction: row.correction }),
    ...(row.comment !== null && { comment: row.comment }),
    by: row.given_by,
    at: row.at.toISOString(),
  };
}

/**
 * Keeps feedback on a run, whatever its status: in its journal, at once or at its next step, and in the lists of
 * feedback. Throws `not_found`.
 */
export async function giveFeedback(
  db: Database,
  runId: string,
  feedback: Omit<Feedback, "at">,
): Promise<FeedbackRecord> {
  return db.transaction().execute(async (tx) => {
    const locked = await lockRun(tx, runId);
    const { feedbackId, target, rating, correction, comment, by } = feedback;
    await addOutside(tx, runId, locked, { type: "feedback.given", ...feedback });
    const row = await tx
      .insertInto("feedback")
      .columns([
        ...(["id", "run_id", "org_id", "environment", "agent_name", "agent_version"] as const),
        ...(["target", "rating", "correction", "comment", "given_by"] as const),
      ])
      .expression((query) =>
        query
          .selectFrom("run")
          .select(({ ref, val }) => [
            val(feedbackId).as("id"),
            ref("id").as("run_id"),
            ...(["org_id", "environment", "agent_name", "agent_version"] as const),
            sql<string>`${JSON.stringify(target)}::json`.as("target"),
            sql<number | null>`${rating ?? null}::double precision`.as("rating"),
            sql<
              string | null
            >`${correction === undefined ? null : JSON.stringify(correction)}::json`.as(
              "correction",
            ),
            sql<string | null>`${comment ?? null}::text`.as("comment"),
            val(by).as("given_by"),
          ])
          .where("id", "=", runId),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
    return toRecord(row);
  });
}

export interface FeedbackFilter {
  runId?: string | undefined;
  agent?: string | undefined;
  /** Only what is rated so well at least, or at most. */
  minRating?: number | undefined;
  maxRating?: number | undefined;
  /** Only what has a correction. */
  corrected?: boolean | undefined;
}

/** The newest first. */
export async function listFeedback(
  db: Database,
  page: FeedbackFilter & { before?: string | undefined; limit: number },
): Promise<FeedbackRecord[]> {
  let query = db.selectFrom("feedback").selectAll().orderBy("id", "desc").limit(page.limit);
  if (page.runId !== undefined) query = query.where("run_id", "=", page.runId);
  if (page.agent !== undefined) query = query.where("agent_name", "=", page.agent);
  if (page.minRating !== undefined) query = query.where("rating", ">=", page.minRating);
  if (page.maxRating !== undefined) query = query.where("rating", "<=", page.maxRating);
  if (page.corrected) query = query.where("correction", "is not", null);
  if (page.before !== undefined) query = query.where("id", "<", page.before);
  return (await query.execute()).map(toRecord);
}
