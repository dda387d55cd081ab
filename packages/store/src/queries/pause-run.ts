import { FlotillaError, fold, isTerminal, type EventData, type WaitingFor } from "@flotilla/core";
import type { Database } from "../database.ts";
import { dueChannel, steerChannel } from "../notifier.ts";
import { appendOutside, lockRun, notify, type LockedRun } from "./steer-run.ts";

/** It ends by itself, so the run need not wait for it before it pauses. Its children may be at work. */
const isCutShort = (waitsFor: WaitingFor) => waitsFor.kind !== "children";

/**
 * Asks for a run to pause before its next step. Its worker is told, which finishes the call that is under way; one that
 * waits is due now, so that it pauses at once, and one in the queue pauses when its turn comes. Pausing twice is no error.
 *
 * Throws `not_found`, or `conflict` when the run has ended.
 */
export async function pauseRun(
  db: Database,
  runId: string,
  by: string,
  reason?: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const locked = await lockRun(tx, runId);
    if (isTerminal(locked.status)) {
      throw new FlotillaError("conflict", `Run ${runId} has already ${locked.status}.`);
    }
    if (isPaused(locked)) return;
    const run = fold(locked.events);
    await tx
      .updateTable("run")
      .set({ pause_by: by, pause_reason: reason ?? null })
      .where("id", "=", runId)
      .execute();
    if (locked.status === "running") await notify(tx, steerChannel, `pause ${runId}`);
    if (run.status === "waiting" && isCutShort(run.waitingFor)) await makeDue(tx, runId);
  });
}

/**
 * Ends a pause: the run goes on with its next step. One that has not paused yet does not.
 *
 * Throws `not_found`, or `conflict` when nobody wants it paused.
 */
export async function resumeRun(db: Database, runId: string, by: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const locked = await lockRun(tx, runId);
    if (locked.pauseBy === null) throw notPaused(runId, locked);
    await tx
      .updateTable("run")
      .set({ pause_by: null, pause_reason: null })
      .where("id", "=", runId)
      .execute();
    if (!isPaused(locked)) return;
    await appendOutside(tx, runId, locked, { type: "run.resumed", by });
    await makeDue(tx, runId);
  });
}

/** What only the reader of a paused run may do: he has seen it up to `seq`. */
export type PausedEvent = Extract<EventData, { type: "step.written" | "call.performed" }>;

/**
 * Appends to a paused run what a person did in the model's or a tool's place. The run must be as he saw it: with `seq` as
 * its last event.
 *
 * Throws `not_found`, or `conflict` when it is not paused or something happened meanwhile.
 */
export async function actInPause(
  db: Database,
  runId: string,
  seq: number,
  event: PausedEvent,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const locked = await lockRun(tx, runId);
    if (!isPaused(locked)) throw notPaused(runId, locked);
    if (locked.events.at(-1)?.seq !== seq) {
      throw new FlotillaError("conflict", `Something happened to run ${runId} meanwhile.`);
    }
    await appendOutside(tx, runId, locked, event);
    if (event.type !== "step.written") return;
    await tx
      .updateTable("run")
      .set(({ eb }) => ({ step_count: eb("step_count", "+", 1) }))
      .where("id", "=", runId)
      .execute();
  });
}

/** Paused it is from its own event on, until somebody does not want it any more. */
function isPaused({ pauseBy, events }: LockedRun): boolean {
  const run = fold(events);
  return pauseBy !== null && run.status === "waiting" && run.waitingFor.kind === "paused";
}

function notPaused(runId: string, { status }: LockedRun): FlotillaError {
  return new FlotillaError("conflict", `Run ${runId} is ${status}, and not paused.`, {
    remedy: "Pause it first, and wait until it is.",
  });
}

/** The next segment of a waiting run is due in the queue. */
async function makeDue(tx: Database, runId: string): Promise<void> {
  await tx
    .updateTable("run")
    .set(({ eb }) => ({
      segment: eb("segment", "+", 1),
      queued_at: null,
      wake_at: null,
      waiting_budget: null,
      waiting_micros: null,
    }))
    .where("id", "=", runId)
    .execute();
  await notify(tx, dueChannel, "");
}
