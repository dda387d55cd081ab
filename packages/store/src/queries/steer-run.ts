import {
  FlotillaError,
  fold,
  type Environment,
  type Event,
  type EventData,
  type RunChanges,
  type RunStatus,
  type SteerRequest,
} from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import {
  cancelChannel,
  changeChannel,
  dueChannel,
  treeChannel,
  type Channel,
} from "../notifier.ts";
import { toEvent } from "./event.ts";

const eventColumns = ["run_id", "seq", "at", "type", "data"] as const;

export interface LockedRun {
  status: RunStatus;
  batchId: string | null;
  /** Who wants it paused, or has paused it. */
  pauseBy: string | null;
  owner: { org_id: string; environment: Environment };
  events: Event[];
}

/** Locks a run that no worker is writing to, with its journal. Throws `not_found`. */
export async function lockRun(tx: Database, runId: string): Promise<LockedRun> {
  const run = await tx
    .selectFrom("run")
    .select(["status", "batch_id", "pause_by", "org_id", "environment"])
    .where("id", "=", runId)
    .forUpdate()
    .executeTakeFirst();
  if (!run) throw new FlotillaError("not_found", `There is no run ${runId}.`);
  const events = await tx
    .selectFrom("event")
    .select(eventColumns)
    .where("run_id", "=", runId)
    .orderBy("seq")
    .execute();
  const { status, batch_id: batchId, pause_by: pauseBy, org_id, environment } = run;
  return { status, batchId, pauseBy, owner: { org_id, environment }, events: events.map(toEvent) };
}

/**
 * Appends from outside a segment, to a run that no worker is writing to. The reducer has the last word on what is legal: throws
 * `illegal_transition`.
 */
export async function appendOutside(
  tx: Database,
  runId: string,
  locked: LockedRun,
  event: EventData,
): Promise<void> {
  const { type, ...data } = event;
  const seq = (locked.events.at(-1)?.seq ?? 0) + 1;
  const appended = await tx
    .insertInto("event")
    .values({ run_id: runId, seq, type, data: JSON.stringify(data), ...locked.owner })
    .returning(eventColumns)
    .executeTakeFirstOrThrow();
  locked.events.push(toEvent(appended));
  fold(locked.events);
  await notify(tx, changeChannel, locked.batchId ? `${runId}:${locked.batchId}` : runId);
}

/** Heard when the transaction is committed. */
export async function notify(tx: Database, channel: Channel, payload: string): Promise<void> {
  await sql`SELECT pg_notify(${channel}, ${payload})`.execute(tx);
}

/**
 * Cancels a run. One that no worker holds ends at once; of one that runs, its worker is told,
 * which ends it within two seconds. What lies below it is cancelled next (`spreadCancel`). Cancelling twice
 * is no error.
 *
 * Throws `not_found`, or `conflict` when the run has ended otherwise.
 */
export async function cancelRun(
  db: Database,
  runId: string,
  by: string,
  reason?: string,
): Promise<void> {
  const request = {
    cancel_by: by,
    cancel_reason: reason ?? null,
    cancel_tree: sql<boolean>`has_children`,
  };
  await db.transaction().execute(async (tx) => {
    const locked = await lockRun(tx, runId);
    if (locked.status === "cancelled") return;
    if (locked.status === "running") {
      await tx.updateTable("run").set(request).where("id", "=", runId).execute();
      await notify(tx, cancelChannel, runId);
      return;
    }
    if (locked.status === "completed" || locked.status === "failed") {
      throw new FlotillaError("conflict", `Run ${runId} has already ${locked.status}.`);
    }
    await appendOutside(tx, runId, locked, {
      type: "run.cancelled",
      by,
      ...(reason !== undefined && { reason }),
    });
    await tx
      .updateTable("run")
      .set(({ eb, fn }) => ({
        ...request,
        status: "cancelled",
        epoch: eb("epoch", "+", 1),
        ended_at: sql`now()`,
        wake_at: null,
        waiting_budget: null,
        waiting_micros: null,
        waits_for_children: null,
        tree_news: sql<boolean>`parent_id IS NOT NULL`,
        queued_at: fn.coalesce("queued_at", sql<Date>`now()`),
        changed_xid: sql`pg_current_xact_id()`,
      }))
      .where("id", "=", runId)
      .execute();
    await notify(tx, treeChannel, "");
  });
}

/**
 * Takes a failed or cancelled run up again: it goes on from the step that failed; what was
 * completed is not repeated. Its next segment is due in the queue. A completed batch it is of
 * is running again. So are those of its children that failed or were cancelled before it knew.
 *
 * @param changes what it does otherwise from here on; the agent version is one of its agent
 *
 * Throws `not_found`, or `conflict` in any other status, and for a run that does a part of another one.
 */
export async function retryRun(
  db: Database,
  runId: string,
  by: string,
  changes?: RunChanges,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const run = await tx
      .selectFrom("run")
      .select(["parent_id", "root_id"])
      .where("id", "=", runId)
      .executeTakeFirst();
    if (run?.parent_id) {
      throw new FlotillaError("conflict", `Run ${runId} does a part of run ${run.parent_id}.`, {
        remedy: `Retry the whole: run ${run.root_id}.`,
      });
    }
    await retryTree(tx, runId, by, changes);
  });
}

async function retryTree(
  tx: Database,
  runId: string,
  by: string,
  changes?: RunChanges,
): Promise<void> {
  const locked = await lockRun(tx, runId);
  if (locked.status !== "failed" && locked.status !== "cancelled") {
    throw new FlotillaError(
      "conflict",
      `Run ${runId} is ${locked.status}; only failed and cancelled runs can be retried.`,
    );
  }
  await appendOutside(tx, runId, locked, {
    type: "run.retried",
    by,
    ...(changes && { changes }),
  });
  await tx
    .updateTable("run")
    .set(({ eb }) => ({
      status: "pending",
      segment: eb("segment", "+", 1),
      queued_at: sql<Date | null>`CASE WHEN held THEN now() END`,
      error: null,
      fingerprint: null,
      cause: null,
      discarded_at: null,
      discarded_by: null,
      discard_reason: null,
      ...(changes?.agentVersion !== undefined && { agent_version: changes.agentVersion }),
      cancel_by: null,
      cancel_reason: null,
      pause_by: null,
      pause_reason: null,
      cancel_tree: false,
      tree_news: false,
      ended_at: null,
      changed_xid: sql`pg_current_xact_id()`,
    }))
    .where("id", "=", runId)
    .execute();
  if (locked.batchId) await reopenCompleted(tx, locked.batchId);
  await notify(tx, dueChannel, "");
  for (const child of await lostChildren(tx, runId)) await retryTree(tx, child, by);
}

/** The children of a run that came to nothing before it knew. */
async function lostChildren(tx: Database, runId: string): Promise<string[]> {
  const children = await tx
    .selectFrom("run")
    .select("id")
    .where("parent_id", "=", runId)
    .where("status", "in", ["failed", "cancelled"])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("event")
            .select("seq")
            .where("run_id", "=", runId)
            .where("type", "=", "child.ended")
            .where(sql<boolean>`data ->> 'childId' = run.id`),
        ),
      ),
    )
    .orderBy("id")
    .execute();
  return children.map(({ id }) => id);
}

/** A batch is completed only while all of its rows have ended. */
async function reopenCompleted(tx: Database, batchId: string): Promise<void> {
  // Locked first: one that is being completed at this moment is seen as it will be then.
  const batch = await tx
    .selectFrom("batch")
    .select("status")
    .where("id", "=", batchId)
    .forUpdate()
    .executeTakeFirst();
  if (batch?.status !== "completed") return;
  await tx
    .updateTable("batch")
    .set({ status: "running", ended_at: null })
    .where("id", "=", batchId)
    .execute();
}

/** What people want of these runs, and on whose word; nothing of those that are left alone. */
export async function steerRequests(db: Database, runIds: string[]): Promise<SteerRequest[]> {
  const rows = await db
    .selectFrom("run")
    .select(["id", "cancel_by", "cancel_reason", "pause_by", "pause_reason"])
    .where(({ eb, fn, val }) => eb("id", "=", fn.any(val(runIds))))
    .where(({ eb, or }) => or([eb("cancel_by", "is not", null), eb("pause_by", "is not", null)]))
    .execute();
  return rows.map((row) => ({
    runId: row.id,
    cancel: row.cancel_by === null ? null : { by: row.cancel_by, reason: row.cancel_reason },
    pause: row.pause_by === null ? null : { by: row.pause_by, reason: row.pause_reason },
  }));
}
