import type {
  AnswerKey,
  AnswerState,
  CachedAnswer,
  CacheCounts,
  CacheFigures,
  FinishReason,
} from "@flotilla/core";
import { sql } from "kysely";
import type pg from "pg";
import type { Database } from "../database.ts";
import { cacheChannel } from "../notifier.ts";

/**
 * A claim is worth as much as its worker: who leaves or is taken over has none. After a quarter of an
 * hour it is taken for left behind; a call that does take longer is made once more, no worse.
 */
const isClaimed = `(c.created_at > now() - interval '15 minutes' AND EXISTS (
  SELECT FROM worker WHERE worker.id = c.asked_by AND worker.heartbeat_at > to_timestamp(0)
))`;

interface AnswerRow {
  place: number;
  message: CachedAnswer["message"] | null;
  model: string;
  finish: FinishReason;
  usage: CachedAnswer["usage"];
  cost_micros: number | null;
  created_at: Date;
}

export interface Reading extends AnswerKey {
  /** An answer older than this is none. */
  ttlSeconds: number;
}

/** What is known of each key, in the order they are given. */
export async function readAnswers(pool: pg.Pool, readings: Reading[]): Promise<AnswerState[]> {
  const { rows } = await pool.query<AnswerRow>({
    name: "read_answers",
    text: `SELECT a.place::integer AS place, c.*
           FROM unnest($1::text[], $2::text[], $3::integer[]) WITH ORDINALITY
             AS a (org_id, key, ttl, place)
           CROSS JOIN LATERAL (
             SELECT message, model, finish, usage, cost_micros, created_at
             FROM cached_answer AS c
             WHERE c.org_id = a.org_id AND c.key = a.key AND CASE
               WHEN c.message IS NULL THEN ${isClaimed}
               ELSE c.expires_at > now() AND c.created_at > now() - a.ttl * interval '1 second'
             END
             LIMIT 1
           ) AS c`,
    values: [...keyColumns(readings), readings.map(({ ttlSeconds }) => ttlSeconds)],
  });
  const states = readings.map((): AnswerState => ({ kind: "none" }));
  for (const row of rows) states[row.place - 1] = toState(row);
  return states;
}

function toState(row: AnswerRow): AnswerState {
  const { message, model, finish, usage, cost_micros, created_at } = row;
  if (!message) return { kind: "in_flight" };
  const createdAt = created_at.getTime();
  return {
    kind: "answer",
    answer: { message, model, finish, usage, costMicros: cost_micros, createdAt },
  };
}

export interface AnswerClaim extends Reading {
  worker: string;
}

/** Takes the keys whose answer nobody has and no living worker asks for; says which were taken. */
export async function claimAnswers(pool: pg.Pool, claims: AnswerClaim[]): Promise<boolean[]> {
  const { rows } = await pool.query<{ org_id: string; key: string; asked_by: string }>({
    name: "claim_answers",
    text: `INSERT INTO cached_answer AS c (org_id, key, expires_at, asked_by)
           SELECT DISTINCT ON (org_id, key)
             org_id, key, now() + ttl * interval '1 second', worker
           FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[])
             AS a (org_id, key, ttl, worker)
           ORDER BY org_id, key
           ON CONFLICT (org_id, key) DO UPDATE SET
             asked_by = excluded.asked_by, model = NULL, message = NULL, finish = NULL,
             usage = NULL, cost_micros = NULL, bytes = 0, hits = 0,
             created_at = now(), used_at = now(), expires_at = excluded.expires_at
           WHERE CASE
             WHEN c.message IS NULL THEN c.asked_by = excluded.asked_by OR NOT ${isClaimed}
             ELSE c.expires_at <= now() OR c.created_at <= now() - (excluded.expires_at - now())
           END
           RETURNING org_id, key, asked_by`,
    values: [
      ...keyColumns(claims),
      claims.map(({ ttlSeconds }) => ttlSeconds),
      claims.map(({ worker }) => worker),
    ],
  });
  const taken = new Set(rows.map((row) => `${row.org_id} ${row.key} ${row.asked_by}`));
  return claims.map((one) => taken.has(`${one.organisation} ${one.hash} ${one.worker}`));
}

export interface Keeping extends Reading {
  answer: CachedAnswer;
}

/** Keeps answers, in place of what was there under their keys. */
export async function keepAnswers(pool: pg.Pool, keepings: Keeping[]): Promise<void> {
  const answers = keepings.map(({ answer }) => answer);
  await pool.query({
    name: "keep_answers",
    text: `INSERT INTO cached_answer
             (org_id, key, expires_at, model, message, finish, usage, cost_micros, bytes)
           SELECT DISTINCT ON (org_id, key)
             org_id, key, now() + ttl * interval '1 second', model, message::json, finish,
             usage::json, cost_micros, octet_length(message)
           FROM unnest(
             $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[],
             $8::bigint[]
           ) AS a (org_id, key, ttl, model, message, finish, usage, cost_micros)
           ORDER BY org_id, key
           ON CONFLICT (org_id, key) DO UPDATE SET
             asked_by = NULL, model = excluded.model, message = excluded.message,
             finish = excluded.finish, usage = excluded.usage, cost_micros = excluded.cost_micros,
             bytes = excluded.bytes, hits = 0, created_at = now(), used_at = now(),
             expires_at = excluded.expires_at`,
    values: [
      ...keyColumns(keepings),
      keepings.map(({ ttlSeconds }) => ttlSeconds),
      answers.map(({ model }) => model),
      answers.map(({ message }) => JSON.stringify(message)),
      answers.map(({ finish }) => finish),
      answers.map(({ usage }) => JSON.stringify(usage)),
      answers.map(({ costMicros }) => costMicros),
    ],
  });
}

/** Ends claims that came to nothing. */
export async function releaseAnswers(
  pool: pg.Pool,
  claims: (AnswerKey & { worker: string })[],
): Promise<void> {
  await pool.query({
    name: "release_answers",
    text: `DELETE FROM cached_answer AS c
           USING unnest($1::text[], $2::text[], $3::text[]) AS a (org_id, key, worker)
           WHERE c.org_id = a.org_id AND c.key = a.key AND c.asked_by = a.worker`,
    values: [...keyColumns(claims), claims.map(({ worker }) => worker)],
  });
}

/** Adds to what the cache has done today, and to the hits of its answers. */
export async function countCacheUse(
  pool: pg.Pool,
  counts: CacheCounts[],
  hits: (AnswerKey & { hits: number })[],
): Promise<void> {
  await pool.query({
    name: "count_cache_use",
    text: `WITH used AS (
             SELECT c.org_id, c.key, a.hits FROM cached_answer AS c
             JOIN unnest($6::text[], $7::text[], $8::integer[]) AS a (org_id, key, hits)
               USING (org_id, key)
             ORDER BY c.org_id, c.key FOR UPDATE OF c
           ), marked AS (
             UPDATE cached_answer AS c SET hits = c.hits + used.hits, used_at = now()
             FROM used WHERE c.org_id = used.org_id AND c.key = used.key
           )
           INSERT INTO cache_use AS u (org_id, hits, shared, misses, saved_micros)
           SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
             AS a (org_id, hits, shared, misses, saved_micros)
           ORDER BY org_id
           ON CONFLICT (org_id, day) DO UPDATE SET
             hits = u.hits + excluded.hits, shared = u.shared + excluded.shared,
             misses = u.misses + excluded.misses,
             saved_micros = u.saved_micros + excluded.saved_micros`,
    values: [
      counts.map((one) => one.organisation),
      counts.map((one) => one.hits),
      counts.map((one) => one.shared),
      counts.map((one) => one.misses),
      counts.map((one) => one.savedMicros),
      ...keyColumns(hits),
      hits.map((one) => one.hits),
    ],
  });
}

/**
 * Deletes answers that are too old, and beyond `maxBytes` those used longest ago, a bounded
 * number at a time. A claim stays as long as it counts.
 *
 * @returns how many; call again until there are none
 */
export async function cleanAnswers(db: Database, maxBytes: number, limit = 1_000): Promise<number> {
  const { numAffectedRows } = await sql`
    WITH oldest AS (
      SELECT org_id, key, sum(bytes) OVER (ORDER BY used_at, org_id, key) - bytes AS before
      FROM (SELECT * FROM cached_answer ORDER BY used_at LIMIT ${limit}) AS first
    ), gone AS (
      SELECT org_id, key FROM oldest
      WHERE before < (SELECT sum(bytes) - ${maxBytes}::bigint FROM cached_answer)
      UNION
      (SELECT org_id, key FROM cached_answer WHERE expires_at <= now() LIMIT ${limit})
    )
    DELETE FROM cached_answer AS c USING gone
    WHERE c.org_id = gone.org_id AND c.key = gone.key
      AND (c.message IS NOT NULL OR NOT ${sql.raw(isClaimed)})`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** What the cache holds and has done, of one organisation or of all. */
export async function cacheFigures(db: Database, organisation?: string): Promise<CacheFigures> {
  const { rows } = await sql<CacheFigures>`
    SELECT held.*, used.* FROM (
      SELECT count(*) AS entries, coalesce(sum(bytes), 0)::bigint AS bytes FROM cached_answer
      WHERE message IS NOT NULL AND (${organisation ?? null}::text IS NULL OR org_id = ${organisation ?? null})
    ) AS held, (
      SELECT coalesce(sum(hits), 0)::bigint AS hits, coalesce(sum(shared), 0)::bigint AS shared,
        coalesce(sum(misses), 0)::bigint AS misses,
        coalesce(sum(saved_micros), 0)::bigint AS "savedMicros"
      FROM cache_use WHERE ${organisation ?? null}::text IS NULL OR org_id = ${organisation ?? null}
    ) AS used`.execute(db);
  return rows[0] as CacheFigures;
}

/** Forgets all answers, of one organisation or of all, and tells the workers. Returns how many. */
export async function clearCache(db: Database, organisation?: string): Promise<number> {
  const { rows } = await sql<{ cleared: number }>`
    WITH cleared AS (
      DELETE FROM cached_answer
      WHERE message IS NOT NULL AND (${organisation ?? null}::text IS NULL OR org_id = ${organisation ?? null})
      RETURNING 1
    )
    SELECT count(*) AS cleared, pg_notify(${cacheChannel}, '') FROM cleared`.execute(db);
  return rows[0]?.cleared ?? 0;
}

function keyColumns(keys: AnswerKey[]): [string[], string[]] {
  return [keys.map((one) => one.organisation), keys.map((one) => one.hash)];
}
