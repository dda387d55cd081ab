import {
  FlotillaError,
  type ErrorGroup,
  type ErrorGroupFilter,
  type ErrorNews,
  type ErrorSighting,
  type NotedErrors,
} from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type pg from "pg";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

type Row = Selectable<DB["error_group"]>;

/**
 * Adds sightings to their groups, in one statement; a group that was resolved is open again if it was
 * seen since then: what is written a little later than it happened reopens nothing. There must be one sighting
 * for each group at most.
 *
 * @param ids of groups that are new, in the order of the sightings
 */
export async function noteErrors(
  pool: pg.Pool,
  sightings: ErrorSighting[],
  ids: string[],
): Promise<NotedErrors[]> {
  const { rows } = await pool.query<Row & { news: ErrorNews; seen: number }>({
    name: "note_errors",
    text: `
      WITH seen AS (
        SELECT * FROM unnest(
          $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
          $8::timestamptz[], $9::timestamptz[], $10::text[]
        ) AS s (id, org_id, fingerprint, source, code, title, count, first_at, last_at, example)
      ), before AS (
        SELECT g.org_id, g.fingerprint, g.resolved_at FROM error_group AS g
        JOIN seen USING (org_id, fingerprint)
      ), noted AS (
        INSERT INTO error_group AS g (
          id, org_id, fingerprint, source, code, title, count, first_seen_at, last_seen_at, example
        )
        SELECT id, org_id, fingerprint, source, code, title, count, first_at, last_at, example::json
        FROM seen ORDER BY org_id, fingerprint
        ON CONFLICT (org_id, fingerprint) DO UPDATE SET
          count = g.count + excluded.count,
          last_seen_at = greatest(g.last_seen_at, excluded.last_seen_at),
          example = excluded.example,
          reopened = g.reopened + (g.resolved_at <= excluded.last_seen_at IS TRUE)::integer,
          resolved_at = CASE WHEN g.resolved_at > excluded.last_seen_at THEN g.resolved_at END,
          resolved_by = CASE WHEN g.resolved_at > excluded.last_seen_at THEN g.resolved_by END
        RETURNING g.*
      )
      SELECT noted.*, seen.count AS seen,
        CASE WHEN noted.id = seen.id THEN 'new'
          WHEN before.resolved_at <= seen.last_at THEN 'reopened' ELSE 'again' END AS news
      FROM noted JOIN seen USING (org_id, fingerprint)
      LEFT JOIN before USING (org_id, fingerprint)`,
    values: [
      ids,
      sightings.map(({ organisation }) => organisation ?? ""),
      sightings.map(({ fingerprint }) => fingerprint),
      sightings.map(({ source }) => source),
      sightings.map(({ code }) => code),
      sightings.map(({ title }) => title),
      sightings.map(({ count }) => count),
      sightings.map(({ firstAt }) => firstAt),
      sightings.map(({ example }) => example.at),
      sightings.map(({ example }) => JSON.stringify(example)),
    ],
  });
  return rows.map(({ news, seen, ...row }) => ({ group: toGroup(row), news, seen }));
}

/**
 * Groups, the ones seen last first.
 *
 * @param before only groups seen earlier than then, and of that time those with a lower id
 */
export async function listErrorGroups(
  db: Database,
  {
    before,
    limit,
    ...filter
  }: ErrorGroupFilter & { before?: { at: string; id: string } | undefined; limit: number },
): Promise<ErrorGroup[]> {
  const { organisation, source, code, state } = filter;
  let query = db.selectFrom("error_group").selectAll();
  if (organisation !== undefined) query = query.where("org_id", "=", organisation);
  if (source !== undefined) query = query.where("source", "=", source);
  if (code !== undefined) query = query.where("code", "=", code);
  if (state !== undefined) {
    query = query.where("resolved_at", state === "open" ? "is" : "is not", null);
  }
  // The cursor knows milliseconds, the column more.
  const at = sql<Date>`date_trunc('milliseconds', last_seen_at)`;
  if (before !== undefined) {
    const then = new Date(before.at);
    query = query.where(({ eb, or, and }) =>
      or([eb(at, "<", then), and([eb(at, "=", then), eb("id", "<", before.id)])]),
    );
  }
  const rows = await query.orderBy(at, "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.map(toGroup);
}

/** Throws `not_found`. */
export async function getErrorGroup(db: Database, id: string): Promise<ErrorGroup> {
  const row = await db
    .selectFrom("error_group")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return found(row, id);
}

/** It is open again once it is seen again. Throws `not_found`. */
export async function resolveErrorGroup(db: Database, id: string, by: string): Promise<ErrorGroup> {
  const row = await db
    .updateTable("error_group")
    .set({ resolved_at: sql`date_trunc('milliseconds', now())`, resolved_by: by })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
  return found(row, id);
}

/** By source: groups that are open, and how often errors of that source were seen. */
export async function countErrors(
  db: Database,
): Promise<{ source: string; open: number; seen: number }[]> {
  const { rows } = await sql<{ source: string; open: number; seen: number }>`
    SELECT source, count(*) FILTER (WHERE resolved_at IS NULL)::bigint AS open,
      sum(count)::bigint AS seen
    FROM error_group GROUP BY source ORDER BY source`.execute(db);
  return rows;
}

/** Deletes groups that were not seen for so long, and of each organisation those beyond the newest `most`. */
export async function deleteOldErrors(db: Database, days: number, most: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM error_group WHERE id IN (
      SELECT id FROM (
        SELECT id, last_seen_at, row_number() OVER (
          PARTITION BY org_id ORDER BY last_seen_at DESC, id DESC) AS place
        FROM error_group
      ) AS ranked
      WHERE place > ${most} OR last_seen_at < now() - ${days} * interval '1 day'
    )`.execute(db);
  return Number(numAffectedRows ?? 0);
}

function found(row: Row | undefined, id: string): ErrorGroup {
  if (!row) throw new FlotillaError("not_found", `There is no group of errors ${id}.`);
  return toGroup(row);
}

function toGroup(row: Row): ErrorGroup {
  return {
    id: row.id,
    organisation: row.org_id || null,
    fingerprint: row.fingerprint,
    source: row.source,
    code: row.code,
    title: row.title,
    count: row.count,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    example: row.example,
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    resolvedBy: row.resolved_by,
    reopened: row.reopened,
  };
}
