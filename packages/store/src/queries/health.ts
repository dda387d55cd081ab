import type { ComponentHealth, FoundSandbox, HealthHour } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type pg from "pg";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

/** What the database says of itself and of what waits in it. */
export interface DatabaseFigures {
  connections: number;
  maxConnections: number;
  bytes: number;
  /** Runs that are due and not in the queue yet. */
  due: number;
  /** How long the one that waits longest has been due; single runs, and rows of batches. */
  lagMs: number;
  batchLagMs: number;
}

/**
 * Of a run that goes on after a wait nobody kept since when it is due, so it counts as due, and not for
 * how long.
 */
export async function databaseFigures(db: Database): Promise<DatabaseFigures> {
  const { rows } = await sql<DatabaseFigures>`
    WITH due AS (
      SELECT batch_id, extract(epoch FROM now() - CASE
        WHEN wake_at IS NOT NULL THEN wake_at WHEN segment = 1 THEN created_at END) * 1000 AS lag
      FROM run
      WHERE queued_at IS NULL AND status IN ('pending', 'running', 'waiting')
        AND (wake_at <= now() OR wake_at IS NULL AND status <> 'waiting')
    )
    SELECT
      (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
      current_setting('max_connections')::integer AS "maxConnections",
      pg_database_size(current_database()) AS bytes,
      (SELECT count(*) FROM due) AS due,
      coalesce((SELECT max(lag) FROM due WHERE batch_id IS NULL), 0)::float8 AS "lagMs",
      coalesce((SELECT max(lag) FROM due WHERE batch_id IS NOT NULL), 0)::float8 AS "batchLagMs"`.execute(
    db,
  );
  return rows[0] as DatabaseFigures;
}

/** The smallest statement there is. */
export async function ping(db: Database): Promise<void> {
  await sql`SELECT 1`.execute(db);
}

export interface WorkerFigures {
  alive: number;
  /** Workers that have neither left nor been heard of lately. */
  silent: number;
  /** Of the one that was heard of longest ago, among the living. */
  oldestBeatMs: number;
  /** The longest of all. */
  loopDelayMs: number;
  activeRuns: number;
  /** Of the living that have looked. */
  sandboxes: FoundSandbox[];
}

/** @param silentAfterMs since its last heartbeat */
export async function workerFigures(db: Database, silentAfterMs: number): Promise<WorkerFigures> {
  const { rows } = await sql<WorkerFigures>`
    WITH known AS (
      SELECT *, extract(epoch FROM now() - heartbeat_at) * 1000 AS age FROM worker
      WHERE heartbeat_at > 'epoch'
    ), living AS (SELECT * FROM known WHERE age < ${silentAfterMs})
    SELECT (SELECT count(*) FROM living) AS alive,
      (SELECT count(*) FROM known WHERE age >= ${silentAfterMs}) AS silent,
      coalesce((SELECT max(age) FROM living), 0)::float8 AS "oldestBeatMs",
      coalesce((SELECT max(loop_delay_ms) FROM living), 0)::float8 AS "loopDelayMs",
      coalesce((SELECT sum(active_runs) FROM living), 0)::bigint AS "activeRuns",
      (SELECT coalesce(json_agg(json_build_object('tier', sandbox_tier, 'why', coalesce(sandbox_why, ''))), '[]')
        FROM living WHERE sandbox_tier IS NOT NULL) AS sandboxes`.execute(db);
  return rows[0] as WorkerFigures;
}

/** True for one server every so often, for the one that asks first. */
export async function takeHealthTurn(db: Database, everyMs: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    INSERT INTO health_turn AS t (at) VALUES (clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET at = excluded.at
    WHERE t.at <= excluded.at - ${everyMs} * interval '1 millisecond'`.execute(db);
  return Number(numAffectedRows ?? 0) === 1;
}

export async function keepHealth(pool: pg.Pool, samples: ComponentHealth[]): Promise<void> {
  await pool.query({
    name: "keep_health",
    text: `
      INSERT INTO health_sample (component, at, state, reason, remedy, figures)
      SELECT component, at, state, reason, remedy, figures::json
      FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS s (component, at, state, reason, remedy, figures)
      ON CONFLICT (component, at) DO NOTHING`,
    values: [
      samples.map(({ component }) => component),
      samples.map(({ at }) => at),
      samples.map(({ state }) => state),
      samples.map(({ reason }) => reason),
      samples.map(({ remedy }) => remedy),
      samples.map(({ figures }) => JSON.stringify(figures)),
    ],
  });
}

/** The newest sample of each component that was looked at lately. */
export async function currentHealth(db: Database): Promise<ComponentHealth[]> {
  const rows = await db
    .selectFrom("health_sample")
    .distinctOn("component")
    .selectAll()
    .where("at", ">", sql<Date>`now() - interval '2 minutes'`)
    .orderBy("component")
    .orderBy("at", "desc")
    .execute();
  return rows.map(toHealth);
}

export interface HealthQuery {
  component?: string | undefined;
  /** ISO 8601: not before, and before. */
  from?: string | undefined;
  to?: string | undefined;
  limit: number;
  /** So many are left out: those before the page. */
  offset: number;
}

/** Samples, newest first. */
export async function healthSamples(db: Database, query: HealthQuery): Promise<ComponentHealth[]> {
  const { component, from, to, limit, offset } = query;
  let found = db.selectFrom("health_sample").selectAll();
  if (component !== undefined) found = found.where("component", "=", component);
  if (from !== undefined) found = found.where("at", ">=", new Date(from));
  if (to !== undefined) found = found.where("at", "<", new Date(to));
  const ordered = found.orderBy("at", "desc").orderBy("component");
  return (await ordered.limit(limit).offset(offset).execute()).map(toHealth);
}

/** Hours, newest first. */
export async function healthHours(db: Database, query: HealthQuery): Promise<HealthHour[]> {
  const { component, from, to, limit, offset } = query;
  let found = db.selectFrom("health_hour").selectAll();
  if (component !== undefined) found = found.where("component", "=", component);
  if (from !== undefined) found = found.where("hour", ">=", new Date(from));
  if (to !== undefined) found = found.where("hour", "<", new Date(to));
  const ordered = found.orderBy("hour", "desc").orderBy("component");
  const rows = await ordered.limit(limit).offset(offset).execute();
  return rows.map(({ component: name, hour, ok, degraded, down, reason, figures }) => ({
    component: name,
    hour: hour.toISOString(),
    ok,
    degraded,
    down,
    reason,
    figures,
  }));
}

/** Adds samples up by the hour, once an hour is over, and deletes what is kept no longer. */
export async function rollUpHealth(
  db: Database,
  keep: { samplesHours: number; hoursDays: number },
): Promise<void> {
  await sql`
    WITH s AS MATERIALIZED (
      SELECT *, date_trunc('hour', at) AS hour FROM health_sample
      WHERE at < date_trunc('hour', now()) AND NOT EXISTS (
        SELECT FROM health_hour AS h WHERE h.component = health_sample.component
          AND h.hour = date_trunc('hour', health_sample.at))
    ), mean AS (
      SELECT component, hour, f.key, avg(f.value::float8) AS value
      FROM s, json_each_text(s.figures) AS f GROUP BY component, hour, f.key
    ), figures AS (
      SELECT component, hour, json_object_agg(key, value) AS figures FROM mean
      GROUP BY component, hour
    )
    INSERT INTO health_hour (component, hour, ok, degraded, down, reason, figures)
    SELECT component, hour,
      count(*) FILTER (WHERE state = 'ok'), count(*) FILTER (WHERE state = 'degraded'),
      count(*) FILTER (WHERE state = 'down'),
      (array_agg(reason ORDER BY at DESC) FILTER (WHERE reason IS NOT NULL))[1],
      coalesce((array_agg(figures.figures))[1], '{}')
    FROM s LEFT JOIN figures USING (component, hour)
    GROUP BY component, hour
    ON CONFLICT (component, hour) DO NOTHING`.execute(db);
  await sql`
    WITH gone AS (
      DELETE FROM health_sample WHERE at < now() - ${keep.samplesHours} * interval '1 hour'
    )
    DELETE FROM health_hour WHERE hour < now() - ${keep.hoursDays} * interval '1 day'`.execute(db);
}

function toHealth(row: Selectable<DB["health_sample"]>): ComponentHealth {
  const { component, state, reason, remedy, figures, at } = row;
  return { component, state, reason, remedy, figures, at: at.toISOString() };
}
