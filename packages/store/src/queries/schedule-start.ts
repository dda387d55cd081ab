import { dueTimes, FlotillaError, type ScheduleStart, type StartOutcome } from "@flotilla/core";
import { sql, type InferResult } from "kysely";
import type { Database } from "../database.ts";
import type { Scope } from "../scope.ts";
import { lockSchedule, tellSchedulers, wakeNow } from "./schedule.ts";

/** Most due times of one backfill. */
const mostBackfilled = 10_000;

export interface Backfill {
  from: Date;
  /** Inclusive. */
  until: Date;
  /** `queue`: one after the other. */
  overlap: "queue" | "parallel";
  /** Only count. */
  dryRun: boolean;
}

/** What a backfill came to. */
export interface Backfilled {
  /** Due times in the range. */
  due: number;
  /** Of them, those that are started now. */
  queued: number;
}

function startsOf(db: Database, scope: Scope, name: string) {
  return db
    .selectFrom("schedule_start as s")
    .innerJoin("schedule", "schedule.id", "s.schedule_id")
    .leftJoin("run", "run.id", "s.run_id")
    .leftJoin("batch", "batch.id", "s.batch_id")
    .selectAll("s")
    .select(sql<string | null>`coalesce(run.status, batch.status)`.as("status"))
    .where("schedule.name", "=", name)
    .where("schedule.org_id", "=", scope.organisation)
    .where("schedule.environment", "=", scope.environment);
}

function toStart(row: InferResult<ReturnType<typeof startsOf>>[number]): ScheduleStart {
  return {
    dueAt: row.due_at.toISOString(),
    cause: row.cause,
    outcome: row.outcome,
    at: row.at.toISOString(),
    runId: row.run_id,
    batchId: row.batch_id,
    status: row.status,
    reason: row.reason,
    error: row.error,
  };
}

/** What became of a schedule's due times, newest first, those due before `before`. */
export async function listStarts(
  db: Database,
  scope: Scope,
  name: string,
  wanted: { limit: number; before?: Date | undefined; outcome?: StartOutcome | undefined },
): Promise<ScheduleStart[]> {
  let query = startsOf(db, scope, name);
  if (wanted.before) query = query.where("s.due_at", "<", wanted.before);
  if (wanted.outcome) query = query.where("s.outcome", "=", wanted.outcome);
  const rows = await query.orderBy("s.due_at", "desc").limit(wanted.limit).execute();
  return rows.map(toStart);
}

/** Throws `not_found`. */
export async function getStart(
  db: Database,
  scope: Scope,
  name: string,
  dueAt: Date,
): Promise<ScheduleStart> {
  const row = await startsOf(db, scope, name).where("s.due_at", "=", dueAt).executeTakeFirst();
  if (!row) throw new FlotillaError("not_found", `"${name}" has no start at that time.`);
  return toStart(row);
}

/**
 * Has the schedule start once more, now, whatever it has under way. Throws `not_found`.
 *
 * @returns the start's due time
 */
export async function triggerSchedule(db: Database, scope: Scope, name: string): Promise<Date> {
  return db.transaction().execute(async (tx) => {
    const { id, org_id, environment } = await lockSchedule(tx, scope, name);
    // No two starts of a schedule have one time.
    const { rows } = await sql<{ due_at: Date }>`
      INSERT INTO schedule_start (schedule_id, due_at, org_id, environment, cause, overlap, outcome)
      SELECT ${id}, free.at, ${org_id}, ${environment}, 'manual', 'parallel', 'queued'
      FROM (
        SELECT date_trunc('milliseconds', now()) + n * interval '1 millisecond' AS at
        FROM generate_series(0, 1000) AS n
      ) AS free
      WHERE NOT EXISTS (
        SELECT FROM schedule_start AS s WHERE s.schedule_id = ${id} AND s.due_at = free.at
      )
      ORDER BY free.at LIMIT 1
      RETURNING due_at`.execute(tx);
    await wakeNow(tx, id);
    await tellSchedulers(tx);
    return rows[0]?.due_at as Date;
  });
}

/**
 * Has every due time of a range started that nothing was started for yet: those that were skipped or could
 * not be started as well. Doing it again starts nothing again. Throws `not_found`, or `invalid_request` for
 * a range that reaches into the future or has more than 10,000 due times.
 */
export async function backfillSchedule(
  db: Database,
  scope: Scope,
  name: string,
  { from, until, overlap, dryRun }: Backfill,
): Promise<Backfilled> {
  return db.transaction().execute(async (tx) => {
    const { id, org_id, environment, spec, now } = await lockSchedule(tx, scope, name);
    if (until.getTime() > now.getTime()) {
      throw new FlotillaError("invalid_request", "The range reaches into the future.", {
        remedy: "End it now or earlier: the schedule itself starts what comes.",
      });
    }
    const times = dueTimes(spec).between(from.getTime() - 1, until.getTime(), mostBackfilled + 1);
    if (times.length > mostBackfilled) {
      const message = `The range has more than ${mostBackfilled} due times.`;
      throw new FlotillaError("invalid_request", message, {
        remedy: "Backfill it in parts; parts that overlap start nothing twice.",
      });
    }
    const dates = times.map((time) => new Date(time).toISOString());
    const open = sql`unnest(${dates}::timestamptz[]) AS t (due_at)
      LEFT JOIN schedule_start s ON s.schedule_id = ${id} AND s.due_at = t.due_at
      WHERE s.outcome IS NULL OR s.outcome IN ('skipped', 'failed')`;
    if (dryRun) {
      const { rows } = await sql<{ n: number }>`SELECT count(*)::integer AS n FROM ${open}`.execute(
        tx,
      );
      return { due: times.length, queued: rows[0]?.n ?? 0 };
    }
    const { rows } = await sql`
      INSERT INTO schedule_start (schedule_id, due_at, org_id, environment, cause, overlap, outcome)
      SELECT ${id}, t.due_at, ${org_id}, ${environment}, 'backfill', ${overlap}, 'queued' FROM ${open}
      ON CONFLICT (schedule_id, due_at) DO UPDATE SET
        cause = excluded.cause, overlap = excluded.overlap, outcome = 'queued', at = now(),
        reason = NULL, error = NULL
      RETURNING 1`.execute(tx);
    if (rows.length > 0) await wakeNow(tx, id);
    await tellSchedulers(tx);
    return { due: times.length, queued: rows.length };
  });
}
