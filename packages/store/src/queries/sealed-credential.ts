import type { Credential, CredentialUse } from "@flotilla/core";
import type pg from "pg";
import { credentialChannel } from "../notifier.ts";
import type { Scope } from "../scope.ts";
import { toCredential, type CredentialRow } from "./credential.ts";

/** A credential's version in use as it is stored. */
export interface StoredCredential extends Credential {
  versions: SealedVersion[];
}

/** What is sealed of one version, and the key that its data key is wrapped with. */
export interface SealedVersion {
  version: number;
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
}

/** Every credential of every organisation with its versions, the newest first. */
export async function storedCredentials(pool: pg.Pool): Promise<StoredCredential[]> {
  const { rows } = await pool.query<CredentialRow & { versions: string[][] }>(
    `SELECT c.*, v.versions FROM credential c CROSS JOIN LATERAL (
       SELECT json_agg(json_build_array(
         version::text, key_id, encode(wrapped_key, 'base64'), encode(sealed, 'base64')
       ) ORDER BY version DESC) AS versions
       FROM credential_version WHERE credential_id = c.id
     ) v ORDER BY c.id`,
  );
  return rows.map((row) =>
    Object.assign(toCredential(row), { versions: row.versions.map(toVersion) }),
  );
}

function toVersion([version, keyId = "", wrappedKey = "", sealed = ""]: string[]): SealedVersion {
  return {
    version: Number(version),
    keyId,
    wrappedKey: Buffer.from(wrappedKey, "base64"),
    sealed: Buffer.from(sealed, "base64"),
  };
}

/** A data key that is to be wrapped by another key. */
export interface WrappedKey {
  credentialId: string;
  organisation: string;
  version: number;
  keyId: string;
  wrappedKey: Buffer;
}

/**
 * The next data keys that are not wrapped by the current key, in the order of their credentials; those of sign-ins at MCP
 * servers, by the servers' ids, among them.
 */
export async function outdatedKeys(
  pool: pg.Pool,
  currentId: string,
  after: { credentialId: string; version: number },
  limit: number,
): Promise<WrappedKey[]> {
  const { rows } = await pool.query<WrappedKey>(
    `SELECT credential_id AS "credentialId", org_id AS organisation, version, key_id AS "keyId",
       wrapped_key AS "wrappedKey"
     FROM (
       SELECT credential_id, org_id, version, key_id, wrapped_key FROM credential_version
       UNION ALL
       SELECT server_id, org_id, version, key_id, wrapped_key FROM mcp_sign_in
     ) k
     WHERE key_id <> $1 AND (credential_id, version) > ($2, $3)
     ORDER BY credential_id, version LIMIT $4`,
    [currentId, after.credentialId, after.version, limit],
  );
  return rows;
}

/**
 * Puts data keys that were wrapped anew in the place of what they were; what is sealed under them stays.
 * One that was wrapped by somebody else meanwhile is left as it is.
 */
export async function keepRewrapped(
  pool: pg.Pool,
  keys: (WrappedKey & { newKeyId: string; newWrapped: Buffer })[],
): Promise<number> {
  const { rows } = await pool.query<{ moved: number }>(
    `WITH given AS (
       SELECT * FROM unnest($1::text[], $2::integer[], $3::bytea[], $4::text[], $5::bytea[])
         AS g (credential_id, version, wrapped_key, new_key_id, new_wrapped)
     ), moved AS (
       UPDATE credential_version v SET key_id = g.new_key_id, wrapped_key = g.new_wrapped FROM given g
       WHERE v.credential_id = g.credential_id AND v.version = g.version
         AND v.wrapped_key = g.wrapped_key
       RETURNING v.credential_id, v.version, v.key_id
     ), moved_sign_ins AS (
       UPDATE mcp_sign_in i SET key_id = g.new_key_id, wrapped_key = g.new_wrapped FROM given g
       WHERE i.server_id = g.credential_id AND i.version = g.version
         AND i.wrapped_key = g.wrapped_key
       RETURNING 1
     ), shown AS (
       UPDATE credential c SET key_id = m.key_id
       FROM moved m WHERE c.id = m.credential_id AND c.version = m.version
     )
     SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM moved_sign_ins) AS moved,
       pg_notify('${credentialChannel}', '')`,
    [
      keys.map((one) => one.credentialId),
      keys.map((one) => one.version),
      keys.map((one) => one.wrappedKey),
      keys.map((one) => one.newKeyId),
      keys.map((one) => one.newWrapped),
    ],
  );
  return rows[0]?.moved ?? 0;
}

/** How many secrets each key of the vault wraps. */
export async function countWrappedKeys(
  pool: pg.Pool,
): Promise<{ keyId: string; versions: number }[]> {
  const { rows } = await pool.query<{ keyId: string; versions: number }>(
    `SELECT key_id AS "keyId", count(*) AS versions FROM (
       SELECT key_id FROM credential_version
       UNION ALL SELECT key_id FROM mcp_sign_in WHERE key_id IS NOT NULL
     ) k GROUP BY key_id ORDER BY key_id`,
  );
  return rows;
}

export type NotedUse = CredentialUse & Scope;

/** Keeps uses, and when each credential was used last. */
export async function noteCredentialUses(pool: pg.Pool, uses: NotedUse[]): Promise<void> {
  await pool.query(
    `WITH given AS (
       SELECT * FROM json_to_recordset($1::json) AS g (
         organisation text, environment text, "credentialId" text, version integer, at timestamptz,
         "runId" text, by text, host text, method text, allowed boolean, uses integer
       )
     ), used AS (
       UPDATE credential c SET last_used_at = greatest(c.last_used_at, u.at)
       FROM (SELECT "credentialId", max(at) AS at FROM given WHERE allowed GROUP BY 1) u
       WHERE c.id = u."credentialId"
     )
     INSERT INTO credential_use (
       org_id, environment, credential_id, version, at, run_id, used_by, host, method, allowed, uses
     ) SELECT * FROM given`,
    [JSON.stringify(uses)],
  );
}

/** Forgets uses of so many days ago, and secrets that were replaced twice since. */
export async function forgetOldUses(
  pool: pg.Pool,
  days: number,
): Promise<{ uses: number; versions: number }> {
  const { rows } = await pool.query<{ uses: number; versions: number }>(
    `WITH old AS (
       DELETE FROM credential_use WHERE at < now() - $1 * interval '1 day' RETURNING 1
     ), replaced AS (
       DELETE FROM credential_version v USING credential c
       WHERE c.id = v.credential_id AND v.version < c.version - 2 RETURNING 1
     )
     SELECT (SELECT count(*) FROM old) AS uses, (SELECT count(*) FROM replaced) AS versions`,
    [days],
  );
  return rows[0] ?? { uses: 0, versions: 0 };
}
