import {
  canonicalJson,
  firstDue,
  FlotillaError,
  type Schedule,
  type ScheduleSpec,
  type StartedBy,
} from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import { scheduleChannel } from "../notifier.ts";
import type { DB } from "../schema.gen.ts";
import type { Scope } from "../scope.ts";

type ScheduleRow = Selectable<DB["schedule"]>;

export interface ScheduleChange {
  /** Its id if it does not exist yet. */
  id: string;
  spec: ScheduleSpec;
  startedBy?: StartedBy | undefined;
  user?: string | undefined;
  /** Only if this is its revision; 0: only if there is none. Throws `precondition`. */
  onRevision?: number | undefined;
}

function toSchedule(row: ScheduleRow): Schedule {
  const { paused_at: at, paused_by: by, paused_reason: reason } = row;
  return {
    id: row.id,
    name: row.name,
    spec: row.spec,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    startedBy: row.started_by,
    paused: at && { at: at.toISOString(), by: by ?? "", reason },
    nextDueAt: row.next_due_at?.toISOString() ?? null,
  };
}

function named(db: Database, scope: Scope, name: string) {
  return db
    .selectFrom("schedule")
    .selectAll()
    .where("name", "=", name)
    .where("org_id", "=", scope.organisation)
    .where("environment", "=", scope.environment);
}

/** Locks a schedule for a change. Throws `not_found`. */
export async function lockSchedule(
  tx: Database,
  scope: Scope,
  name: string,
): Promise<ScheduleRow & { now: Date }> {
  const row = await named(tx, scope, name)
    .select(sql<Date>`clock_timestamp()`.as("now"))
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw noSchedule(name);
  return row;
}

function noSchedule(name: string): FlotillaError {
  return new FlotillaError("not_found", `There is no schedule "${name}".`);
}

/** Those who start what is due look at the schedules once the transaction is committed. */
export async function tellSchedulers(tx: Database): Promise<void> {
  await sql`SELECT pg_notify(${scheduleChannel}, '')`.execute(tx);
}

/** When it is due next, from a moment on. */
function dueFrom(id: string, spec: ScheduleSpec, now: Date) {
  const { nextDueAt, wakeAt } = firstDue(id, spec, now.getTime());
  return {
    next_due_at: nextDueAt === null ? null : new Date(nextDueAt),
    wake_at: wakeAt === null ? null : new Date(wakeAt),
  };
}

/**
 * Makes the spec the schedule's: creates it, or changes it, or does nothing when it is the same. What is
 * due by a changed one counts from now on; what waits to be started stays.
 */
export async function applySchedule(
  db: Database,
  scope: Scope,
  { id, spec, startedBy, user, onRevision }: ScheduleChange,
): Promise<Schedule> {
  return db.transaction().execute(async (tx) => {
    // Whether it is new or not, its row is locked from here on.
    await tx
      .insertInto("schedule")
      .values({
        id,
        org_id: scope.organisation,
        environment: scope.environment,
        name: spec.name,
        spec: "{}",
        revision: 0,
        priority: spec.priority,
        history_days: spec.historyDays,
      })
      .onConflict((taken) => taken.constraint("schedule_by_name").doNothing())
      .execute();
    const row = await lockSchedule(tx, scope, spec.name);
    if (onRevision !== undefined && onRevision !== row.revision) {
      const is = row.revision === 0 ? "does not exist" : `is at revision ${row.revision}`;
      throw new FlotillaError("precondition", `Schedule "${spec.name}" ${is}.`);
    }
    if (row.revision > 0 && sameSpec(row.spec, spec)) return toSchedule(row);
    const due = row.paused_at ? {} : dueFrom(row.id, spec, row.now);
    const changed = await tx
      .updateTable("schedule")
      .set({
        spec: JSON.stringify(spec),
        priority: spec.priority,
        history_days: spec.historyDays,
        revision: row.revision + 1,
        started_by: startedBy ? JSON.stringify(startedBy) : null,
        user_name: user ?? null,
        changed_at: sql`now()`,
        ...due,
      })
      .where("id", "=", row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    // What waits may start at once by the new one.
    if (row.revision > 0) await wakeNow(tx, row.id);
    await tellSchedulers(tx);
    return toSchedule(changed);
  });
}

function sameSpec(a: ScheduleSpec, b: ScheduleSpec): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Gives a schedule its turn. */
export async function wakeNow(tx: Database, id: string): Promise<void> {
  await tx
    .updateTable("schedule")
    .set({ wake_at: sql`now()` })
    .where("id", "=", id)
    .execute();
}

/** Throws `not_found`. */
export async function getSchedule(db: Database, scope: Scope, name: string): Promise<Schedule> {
  const schedule = await findSchedule(db, scope, name);
  if (!schedule) throw noSchedule(name);
  return schedule;
}

export async function findSchedule(
  db: Database,
  scope: Scope,
  name: string,
): Promise<Schedule | undefined> {
  const row = await named(db, scope, name).executeTakeFirst();
  return row && toSchedule(row);
}

/** All of them, by name. */
export async function listSchedules(db: Database, scope: Scope): Promise<Schedule[]> {
  const rows = await db
    .selectFrom("schedule")
    .selectAll()
    .where("org_id", "=", scope.organisation)
    .where("environment", "=", scope.environment)
    .orderBy("name")
    .execute();
  return rows.map(toSchedule);
}

/** Nothing is due while it is paused, and what would have been is not caught up. Throws `not_found`. */
export async function pauseSchedule(
  db: Database,
  scope: Scope,
  name: string,
  by: string,
  reason: string | null,
): Promise<Schedule> {
  return db.transaction().execute(async (tx) => {
    const row = await lockSchedule(tx, scope, name);
    if (row.paused_at) return toSchedule(row);
    const changed = await tx
      .updateTable("schedule")
      .set({
        paused_at: sql`now()`,
        paused_by: by,
        paused_reason: reason,
        next_due_at: null,
        wake_at: sql`now()`,
      })
      .where("id", "=", row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await tellSchedulers(tx);
    return toSchedule(changed);
  });
}

/** It is due again from now on. Throws `not_found`. */
export async function resumeSchedule(db: Database, scope: Scope, name: string): Promise<Schedule> {
  return db.transaction().execute(async (tx) => {
    const row = await lockSchedule(tx, scope, name);
    if (!row.paused_at) return toSchedule(row);
    const changed = await tx
      .updateTable("schedule")
      .set({
        paused_at: null,
        paused_by: null,
        paused_reason: null,
        ...dueFrom(row.id, row.spec, row.now),
        // What waits goes on as well.
        wake_at: sql`now()`,
      })
      .where("id", "=", row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await tellSchedulers(tx);
    return toSchedule(changed);
  });
}

/** What it has started goes on; its history goes with it. Throws `not_found`. */
export async function removeSchedule(db: Database, scope: Scope, name: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("schedule")
    .where("name", "=", name)
    .where("org_id", "=", scope.organisation)
    .where("environment", "=", scope.environment)
    .executeTakeFirst();
  if (!numDeletedRows) throw noSchedule(name);
}
