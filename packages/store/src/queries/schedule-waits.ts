import { sql } from "kysely";
import type { Database } from "../database.ts";
import { scheduleChannel } from "../notifier.ts";

/**
 * Whether what a row `s` of schedule_start has started is still under way. What somebody has asked to end
 * is not: its worker ends it within two seconds.
 */
const isUnderWay = sql`(
  EXISTS (SELECT FROM run WHERE run.id = s.run_id
    AND run.status IN ('pending', 'running', 'waiting') AND run.cancel_by IS NULL)
  OR EXISTS (SELECT FROM batch WHERE batch.id = s.batch_id
    AND batch.status IN ('draft', 'running', 'paused'))
  OR EXISTS (SELECT FROM run WHERE run.batch_id = s.batch_id
    AND run.status IN ('pending', 'running') AND run.cancel_by IS NULL)
)`;

/** What a schedule has under way; those that have ended are noted as such. */
export async function settleStarts(
  tx: Database,
  scheduleId: string,
): Promise<{ run_id: string | null; batch_id: string | null }[]> {
  await sql`
    UPDATE schedule_start AS s SET open = false
    WHERE s.schedule_id = ${scheduleId} AND s.open AND NOT ${isUnderWay}`.execute(tx);
  return tx
    .selectFrom("schedule_start")
    .select(["run_id", "batch_id"])
    .where("schedule_id", "=", scheduleId)
    .where("open", "=", true)
    .orderBy("due_at")
    .execute();
}

/** When the next schedule must be looked at, and whether starts wait for others to end. */
export async function restOfSchedules(
  db: Database,
  except: string[],
): Promise<{ ms: number | null; isBlocked: boolean }> {
  const { rows } = await sql<{ ms: number | null; isBlocked: boolean }>`
    SELECT
      (SELECT extract(epoch FROM wake_at - clock_timestamp())::float8 * 1000 FROM schedule
       WHERE wake_at IS NOT NULL AND id <> ALL (${except}::text[])
       ORDER BY wake_at LIMIT 1) AS ms,
      EXISTS (SELECT FROM schedule WHERE blocked) AS "isBlocked"`.execute(db);
  return rows[0] ?? { ms: null, isBlocked: false };
}

/** Gives their turn to schedules whose starts waited for others that have ended; returns how many. */
export async function unblockSchedules(db: Database): Promise<number> {
  const { rows } = await sql`
    WITH free AS (
      SELECT id FROM schedule WHERE blocked AND NOT EXISTS (
        SELECT FROM schedule_start AS s WHERE s.schedule_id = schedule.id AND s.open AND ${isUnderWay}
      )
      FOR UPDATE SKIP LOCKED
    )
    UPDATE schedule SET blocked = false, wake_at = now() FROM free WHERE schedule.id = free.id
    RETURNING pg_notify(${scheduleChannel}, '')`.execute(db);
  return rows.length;
}

/** Forgets what became of due times longer ago than their schedule keeps it. */
export async function deleteOldStarts(db: Database): Promise<void> {
  await sql`
    DELETE FROM schedule_start AS s USING schedule
    WHERE s.schedule_id = schedule.id AND s.outcome <> 'queued'
      AND s.at < now() - schedule.history_days * interval '1 day'`.execute(db);
}

/** How schedules are, over all organisations. */
export interface ScheduleFigures {
  running: number;
  paused: number;
  /** Starts that wait for those before them, or for their turn. */
  queued: number;
  /** How long the one has waited whose time came first and that nobody has looked at. */
  overdueSeconds: number;
  /** Of each schedule's last start that was due: from its due time on, the longest. */
  lagSeconds: number;
}

export async function scheduleFigures(db: Database): Promise<ScheduleFigures> {
  const { rows } = await sql<ScheduleFigures>`
    SELECT
      count(*) FILTER (WHERE paused_at IS NULL)::integer AS running,
      count(*) FILTER (WHERE paused_at IS NOT NULL)::integer AS paused,
      (SELECT count(*)::integer FROM schedule_start WHERE outcome = 'queued') AS queued,
      greatest(0, coalesce(max(extract(epoch FROM now() - wake_at)), 0))::float8 AS "overdueSeconds",
      coalesce(max(last.lag), 0)::float8 AS "lagSeconds"
    FROM schedule LEFT JOIN LATERAL (
      SELECT extract(epoch FROM s.at - s.due_at) AS lag FROM schedule_start s
      WHERE s.schedule_id = schedule.id AND s.cause = 'due' AND s.outcome = 'started'
      ORDER BY s.due_at DESC LIMIT 1
    ) AS last ON true`.execute(db);
  return rows[0] as ScheduleFigures;
}
