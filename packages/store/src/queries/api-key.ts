import {
  FlotillaError,
  type ApiKey,
  type Environment,
  type NewApiKey,
  type Permission,
  type Role,
} from "@flotilla/core";
import type pg from "pg";
import type { Scope } from "../scope.ts";

interface KeyRow {
  id: string;
  org_id: string;
  environment: Environment;
  name: string;
  role: Role;
  scopes: Permission[] | null;
  hint: string;
  created_at: Date;
  created_by: string;
  expires_at: Date | null;
  last_used_at: Date | null;
  former_until: Date | null;
  revoked_at: Date | null;
}

/** A key that is good at this moment, as a request brings it. */
export interface GoodKey {
  id: string;
  name: string;
  organisation: string;
  environment: Environment;
  role: Role;
  scopes: Permission[] | null;
  /** Who made it; null: the operator of the instance or a service. */
  userId: string | null;
  /** What he is to the organisation by now. */
  makerRole: Role | null;
  /** Milliseconds until the secret that was brought is good no longer; null: no end is set. */
  goodForMs: number | null;
}

const columns = `id, org_id, environment, name, role, scopes, hint, created_at, created_by, expires_at,
  last_used_at, former_until, revoked_at`;

function toKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    organisation: row.org_id,
    environment: row.environment,
    role: row.role,
    scopes: row.scopes,
    hint: row.hint,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    formerUntil: row.former_until?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}

export async function createKey(pool: pg.Pool, scope: Scope, key: NewApiKey): Promise<ApiKey> {
  const { rows } = await pool.query<KeyRow>(
    `INSERT INTO api_key (id, org_id, environment, name, role, scopes, hint, secret_hash, created_by, expires_at, user_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10), $11)
     RETURNING ${columns}`,
    [
      key.id,
      scope.organisation,
      scope.environment,
      key.name,
      key.role,
      key.scopes,
      key.hint,
      key.hash,
      key.createdBy,
      key.ttlSeconds,
      key.userId,
    ],
  );
  return toKey(rows[0] as KeyRow);
}

/** The newest first; revoked ones only when they are asked for. */
export async function listKeys(pool: pg.Pool, scope: Scope, revoked: boolean): Promise<ApiKey[]> {
  const { rows } = await pool.query<KeyRow>(
    `SELECT ${columns} FROM api_key
     WHERE org_id = $1 AND environment = $2 AND ($3 OR revoked_at IS NULL) ORDER BY id DESC`,
    [scope.organisation, scope.environment, revoked],
  );
  return rows.map(toKey);
}

/** Throws `not_found`. */
export async function getKey(pool: pg.Pool, scope: Scope, id: string): Promise<ApiKey> {
  const { rows } = await pool.query<KeyRow>(
    `SELECT ${columns} FROM api_key WHERE id = $1 AND org_id = $2 AND environment = $3`,
    [id, scope.organisation, scope.environment],
  );
  return found(rows[0], id);
}

/**
 * Another secret; the present one is good for a grace, and the one before it no longer. Throws
 * `not_found` for one that is revoked, too.
 */
export async function rotateKey(
  pool: pg.Pool,
  scope: Scope,
  id: string,
  next: { hash: Uint8Array; hint: string; graceSeconds: number },
): Promise<ApiKey> {
  const { rows } = await pool.query<KeyRow>(
    `UPDATE api_key SET
       former_hash = CASE WHEN $6 > 0 THEN secret_hash END,
       former_until = CASE WHEN $6 > 0 THEN now() + make_interval(secs => $6) END,
       secret_hash = $4, hint = $5
     WHERE id = $1 AND org_id = $2 AND environment = $3 AND revoked_at IS NULL
     RETURNING ${columns}`,
    [id, scope.organisation, scope.environment, next.hash, next.hint, next.graceSeconds],
  );
  return found(rows[0], id);
}

/** For good, with the secret before. Throws `not_found`. */
export async function revokeKey(pool: pg.Pool, scope: Scope, id: string): Promise<ApiKey> {
  const { rows } = await pool.query<KeyRow>(
    `UPDATE api_key SET revoked_at = coalesce(revoked_at, now()), former_hash = NULL, former_until = NULL
     WHERE id = $1 AND org_id = $2 AND environment = $3 RETURNING ${columns}`,
    [id, scope.organisation, scope.environment],
  );
  return found(rows[0], id);
}

/**
 * Whom the secrets stand for, in their order; null where one is not good, or no longer: it was revoked,
 * has expired, or whoever made it is a member no more.
 */
export async function findKeys(pool: pg.Pool, hashes: Uint8Array[]): Promise<(GoodKey | null)[]> {
  const { rows } = await pool.query<{ place: number } & GoodKey>({
    name: "find_keys",
    text: `
      SELECT (given.place - 1)::integer AS place, k.id, k.name, k.org_id AS organisation, k.environment,
        k.role, k.scopes, k.user_id AS "userId", m.role AS "makerRole", ceil(extract(epoch FROM least(
          k.expires_at, CASE WHEN k.former_hash = given.hash THEN k.former_until END
        ) - now()) * 1000)::float8 AS "goodForMs"
      FROM unnest($1::bytea[]) WITH ORDINALITY AS given (hash, place)
      JOIN api_key k ON k.id = coalesce(
        (SELECT id FROM api_key WHERE secret_hash = given.hash),
        (SELECT id FROM api_key WHERE former_hash = given.hash AND former_until > now()))
      LEFT JOIN member m ON m.org_id = k.org_id AND m.user_id = k.user_id
      WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
        AND (k.user_id IS NULL OR m.user_id IS NOT NULL)`,
    values: [hashes],
  });
  const answers: (GoodKey | null)[] = hashes.map(() => null);
  for (const { place, ...key } of rows) answers[place] = key;
  return answers;
}

/** Notes that the keys were used, to the minute. */
export async function noteKeyUse(pool: pg.Pool, ids: string[]): Promise<void> {
  await pool.query(
    `UPDATE api_key SET last_used_at = date_trunc('minute', now())
     WHERE id = ANY ($1) AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', now()))`,
    [ids],
  );
}

function found(row: KeyRow | undefined, id: string): ApiKey {
  if (row) return toKey(row);
  throw new FlotillaError("not_found", `There is no API key ${id}.`, {
    remedy: "List the keys of this organisation and environment to see what exists.",
  });
}
