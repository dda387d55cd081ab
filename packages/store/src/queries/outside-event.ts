import {
  FlotillaError,
  fold,
  isTerminal,
  reduce,
  type EventData,
  type OutsideEvent,
} from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import { steerChannel } from "../notifier.ts";
import { appendOutside, lockRun, notify, type LockedRun } from "./steer-run.ts";

/**
 * Adds an event to a run from outside, within a transaction that has locked it: at once where no worker writes its
 * journal; else it waits for that worker, which takes it in at the run's next step and does not complete the run before.
 */
export async function addOutside(
  tx: Database,
  runId: string,
  locked: LockedRun,
  event: EventData,
): Promise<void> {
  if (locked.status !== "running") {
    await settle(tx, runId, locked);
    await appendOutside(tx, runId, locked, event);
    return;
  }
  const { type, ...data } = event;
  await tx
    .insertInto("outside_event")
    .values({ run_id: runId, type, data: JSON.stringify(data), ...locked.owner })
    .execute();
  await tx
    .updateTable("run")
    .set(({ eb }) => ({ outside_events: eb("outside_events", "+", 1) }))
    .where("id", "=", runId)
    .execute();
  await notify(tx, steerChannel, `outside ${runId}`);
}

/**
 * Says something to a run; its model reads it at its next step.
 *
 * Throws `not_found`, or `conflict` when the run has ended.
 */
export async function addMessage(
  db: Database,
  runId: string,
  message: Omit<Extract<EventData, { type: "message.added" }>, "type" | "step">,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const locked = await lockRun(tx, runId);
    if (isTerminal(locked.status)) {
      throw new FlotillaError("conflict", `Run ${runId} has already ${locked.status}.`, {
        remedy: "Retry it, or go on from it with a new run of its thread.",
      });
    }
    const step = fold(locked.events).stepCount;
    await addOutside(tx, runId, locked, { type: "message.added", step, ...message });
  });
}

/** What waits for a run, in the order in which it came. */
export async function outsideEvents(db: Database, runId: string): Promise<OutsideEvent[]> {
  const rows = await waiting(db, runId);
  return rows.map(({ id, type, data }) => ({ id, event: toEventData(type, data) }));
}

/** One of them cannot follow in the run: it waits no longer. */
export async function dropOutside(db: Database, runId: string, id: number): Promise<void> {
  await sql`
    WITH gone AS (DELETE FROM outside_event WHERE id = ${id} AND run_id = ${runId} RETURNING id)
    UPDATE run SET outside_events = outside_events - 1
    WHERE id = ${runId} AND EXISTS (SELECT FROM gone)`.execute(db);
}

/** Takes what waits for a run into its journal, unless a worker holds it. */
export async function settleOutside(db: Database, runId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const locked = await lockRun(tx, runId);
    if (locked.status !== "running") await settle(tx, runId, locked);
  });
}

/** The same for every run that was left with some, a bounded number at a time. */
export async function settleAllOutside(db: Database): Promise<void> {
  const left = await db
    .selectFrom("run")
    .select("id")
    .where("outside_events", ">", 0)
    .where("status", "<>", "running")
    .limit(500)
    .execute();
  for (const { id } of left) await settleOutside(db, id);
}

/** What cannot follow in the run as it is waits on: a message to one that failed is read when that is retried. */
async function settle(tx: Database, runId: string, locked: LockedRun): Promise<void> {
  const rows = await waiting(tx, runId);
  const settled: number[] = [];
  for (const { id, type, data } of rows) {
    const event = placed(locked, toEventData(type, data));
    if (!follows(locked, event)) continue;
    await appendOutside(tx, runId, locked, event);
    settled.push(id);
  }
  if (settled.length === 0) return;
  await sql`
    WITH gone AS (DELETE FROM outside_event WHERE id = ANY (${settled}))
    UPDATE run SET outside_events = outside_events - ${settled.length} WHERE id = ${runId}`.execute(
    tx,
  );
}

/** A message comes after the steps that there are by now. */
function placed({ events }: LockedRun, event: EventData): EventData {
  return event.type === "message.added" ? { ...event, step: fold(events).stepCount } : event;
}

function follows({ events }: LockedRun, event: EventData): boolean {
  const run = fold(events);
  try {
    reduce(run, { runId: run.runId, seq: run.seq + 1, at: run.createdAt, ...event });
    return true;
  } catch {
    return false;
  }
}

function waiting(db: Database, runId: string) {
  return db
    .selectFrom("outside_event")
    .select(["id", "type", "data"])
    .where("run_id", "=", runId)
    .orderBy("id")
    .execute();
}

function toEventData(type: string, data: object): EventData {
  return { type, ...data } as EventData;
}
