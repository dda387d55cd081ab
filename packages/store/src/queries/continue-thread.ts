import { FlotillaError, type NewRun } from "@flotilla/core";
import type pg from "pg";
import { inTransaction } from "../transaction.ts";
import { createRunsStatement } from "./create-runs.ts";
import { historyColumns, historyOf, type HistoryRow } from "./run-place.ts";
import { noThread } from "./thread.ts";

export interface ThreadContinuation {
  threadId: string;
  /** The run it goes on from; null: none; left out: the newest. */
  after?: string | null | undefined;
  /** Waits for the runs under way instead of being refused. */
  queue: boolean;
  run: Omit<NewRun, "threadId" | "history" | "heldAfter">;
}

/**
 * Creates a run that goes on from another one of its thread, and is due in the queue; or, with `queue`
 * and while a run of the thread is under way, held until those before it have ended.
 *
 * Throws `not_found` for the thread or the run it goes on from, `conflict` when the thread is archived,
 * or a run of it is under way.
 */
export async function continueThread(
  pool: pg.Pool,
  { threadId, after, queue, run }: ThreadContinuation,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const isBusy = await lockThread(client, threadId);
    if (isBusy && !queue) throw busy(threadId);
    const place = after === null ? undefined : await placeOf(client, threadId, after);
    const at = isBusy
      ? { heldAfter: place?.id ?? null }
      : { ...(place && { history: historyOf(place) }) };
    const { text, values } = createRunsStatement([{ ...run, threadId, ...at }]);
    await client.query({ text, values });
    await client.query({
      text: `UPDATE thread SET updated_at = date_trunc('milliseconds', now()),
               title = CASE WHEN title = '' THEN $2 ELSE title END,
               agent_name = coalesce(agent_name, $3)
             WHERE id = $1`,
      values: [threadId, titleOf(run.input.text), run.agentName],
    });
  });
}

/** Whether a run of it is under way. */
async function lockThread(client: pg.PoolClient, threadId: string): Promise<boolean> {
  const { rows } = await client.query<{ archived: boolean }>({
    text: "SELECT archived_at IS NOT NULL AS archived FROM thread WHERE id = $1 FOR UPDATE",
    values: [threadId],
  });
  const [thread] = rows;
  if (!thread) throw noThread(threadId);
  if (thread.archived) {
    throw new FlotillaError("conflict", `Thread ${threadId} is archived.`, {
      remedy: "Take it back first: PATCH it with archived: false.",
    });
  }
  // In a statement of its own: it has to see what was committed while this one waited for the lock.
  const { rowCount } = await client.query({
    text: `SELECT 1 FROM run WHERE thread_id = $1 AND status IN ('pending', 'running', 'waiting') LIMIT 1`,
    values: [threadId],
  });
  return rowCount !== 0;
}

async function placeOf(
  client: pg.PoolClient,
  threadId: string,
  after: string | undefined,
): Promise<HistoryRow | undefined> {
  const { rows } = await client.query<HistoryRow>({
    text: `SELECT ${historyColumns}
           FROM run WHERE thread_id = $1 AND ($2::text IS NULL OR id = $2)
           ORDER BY id DESC LIMIT 1`,
    values: [threadId, after ?? null],
  });
  if (!rows[0] && after !== undefined) {
    throw new FlotillaError("not_found", `Thread ${threadId} has no run ${after}.`);
  }
  return rows[0];
}

function busy(threadId: string): FlotillaError {
  return new FlotillaError("conflict", `A run of thread ${threadId} is under way.`, {
    remedy: "Wait for it, cancel it, or send the message with queue: true.",
  });
}

const longestTitle = 80;

function titleOf(text: string): string {
  const line = text.replaceAll("\0", " ").replaceAll(/\s+/g, " ").trim().toWellFormed();
  return line.length <= longestTitle ? line : `${line.slice(0, longestTitle - 1).toWellFormed()}…`;
}
