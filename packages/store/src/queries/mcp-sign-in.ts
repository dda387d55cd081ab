import type { McpSignInPlace } from "@flotilla/core";
import type pg from "pg";
import { mcpChannel } from "../notifier.ts";

/** A sign-in as it is stored. */
export interface StoredMcpSignIn {
  version: number;
  needed: string | null;
  keyId: string | null;
  wrappedKey: Buffer | null;
  sealed: Buffer | null;
}

/** Undefined: nobody has signed in there, and nobody was asked to. */
export async function readMcpSignIn(
  pool: pg.Pool,
  { id, hash }: McpSignInPlace,
): Promise<StoredMcpSignIn | undefined> {
  const { rows } = await pool.query<StoredMcpSignIn>(
    `SELECT version, needed, key_id AS "keyId", wrapped_key AS "wrappedKey", sealed
     FROM mcp_sign_in WHERE server_id = $1 AND hash = $2`,
    [id, hash],
  );
  return rows[0];
}

/**
 * Takes the right to renew a version of the tokens, for so long. False: somebody else has it, there is another version
 * by now, or the server is reached otherwise.
 */
export async function claimMcpSignIn(
  pool: pg.Pool,
  { id, hash, organisation, environment }: McpSignInPlace,
  version: number,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `INSERT INTO mcp_sign_in AS i (server_id, hash, org_id, environment, claimed_until)
     SELECT id, hash, org_id, environment, now() + $6 * interval '1 ms' FROM mcp_server
     WHERE id = $1 AND hash = $2 AND org_id = $3 AND environment = $4
     ON CONFLICT (server_id, hash) DO UPDATE SET claimed_until = excluded.claimed_until
       WHERE i.version = $5 AND (i.claimed_until IS NULL OR i.claimed_until < now())
     RETURNING 1`,
    [id, hash, organisation, environment, version, leaseMs],
  );
  return Boolean(rowCount);
}

export async function releaseMcpSignIn(
  pool: pg.Pool,
  { id, hash }: McpSignInPlace,
  version: number,
): Promise<void> {
  await pool.query(
    `UPDATE mcp_sign_in SET claimed_until = NULL
     WHERE server_id = $1 AND hash = $2 AND version = $3`,
    [id, hash, version],
  );
}

/** Tokens, sealed for the version after the one that they take the place of. */
export interface SealedMcpSignIn {
  /** The one that they take the place of. */
  version: number;
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
  issuer: string | null;
  scope: string | null;
  expiresAt: number | null;
  /** Who signed in; left out: the tokens were renewed. */
  by?: string;
}

/**
 * Keeps tokens in place of a version. Whoever has the server in memory is told when somebody has signed in, and when nobody
 * has to any more. False: there is another version by now, or the server is reached otherwise.
 */
export async function keepMcpSignIn(
  pool: pg.Pool,
  { id, hash, organisation, environment }: McpSignInPlace,
  { version, keyId, wrappedKey, sealed, issuer, scope, expiresAt, by }: SealedMcpSignIn,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH old AS (
       SELECT needed FROM mcp_sign_in WHERE server_id = $1 AND hash = $2
     ), kept AS (
       INSERT INTO mcp_sign_in AS i (
         server_id, hash, org_id, environment, version, key_id, wrapped_key, sealed, issuer, scope,
         expires_at, connected_by, connected_at
       ) SELECT id, hash, org_id, environment, 1, $6, $7, $8, $9, $10, to_timestamp($11 / 1000.0),
         $12, CASE WHEN $12::text IS NOT NULL THEN now() END
       FROM mcp_server
       WHERE id = $1 AND hash = $2 AND org_id = $3 AND environment = $4
         AND ($5 = 0 OR EXISTS (SELECT FROM old))
       ON CONFLICT (server_id, hash) DO UPDATE SET
         version = i.version + 1, key_id = excluded.key_id, wrapped_key = excluded.wrapped_key,
         sealed = excluded.sealed, issuer = excluded.issuer, scope = excluded.scope,
         expires_at = excluded.expires_at, needed = NULL, wanted_scope = NULL, claimed_until = NULL,
         connected_by = coalesce(excluded.connected_by, i.connected_by),
         connected_at = coalesce(excluded.connected_at, i.connected_at)
         WHERE i.version = $5
       RETURNING org_id
     ), told AS MATERIALIZED (
       SELECT pg_notify('${mcpChannel}', org_id) FROM kept
       WHERE $12::text IS NOT NULL OR EXISTS (SELECT FROM old WHERE needed IS NOT NULL)
     )
     SELECT (SELECT count(*) FROM told) FROM kept`,
    [
      ...[id, hash, organisation, environment, version, keyId, wrappedKey, sealed, issuer, scope],
      ...[expiresAt, by ?? null],
    ],
  );
  return Boolean(rowCount);
}

/** That somebody has to sign in, and how it is told. */
export interface NeededMcpSignIn {
  version: number;
  reason: string;
  wantedScope: string | null;
  /** A `NewNotification`, queued if it is news. */
  notification: object;
}

/** Notes that somebody has to sign in, unless the tokens are newer than that version. */
export async function needMcpSignIn(
  pool: pg.Pool,
  { id, hash, organisation, environment }: McpSignInPlace,
  { version, reason, wantedScope, notification }: NeededMcpSignIn,
): Promise<void> {
  await pool.query(
    `WITH old AS (
       SELECT needed, wanted_scope FROM mcp_sign_in WHERE server_id = $1 AND hash = $2
     ), noted AS (
       INSERT INTO mcp_sign_in AS i (server_id, hash, org_id, environment, needed, wanted_scope)
       SELECT id, hash, org_id, environment, $6, $7 FROM mcp_server
       WHERE id = $1 AND hash = $2 AND org_id = $3 AND environment = $4
       ON CONFLICT (server_id, hash) DO UPDATE SET
         needed = excluded.needed, wanted_scope = excluded.wanted_scope, claimed_until = NULL
         WHERE i.version = $5
           AND (i.needed, i.wanted_scope) IS DISTINCT FROM (excluded.needed, excluded.wanted_scope)
       RETURNING org_id
     ), told AS MATERIALIZED (
       SELECT pg_notify('${mcpChannel}', org_id) FROM noted
     )
     SELECT (SELECT count(*) FROM told),
       CASE WHEN NOT EXISTS (SELECT FROM old WHERE needed IS NOT NULL)
         THEN queue_notifications($8::json) END
     FROM noted`,
    [
      ...[id, hash, organisation, environment, version, reason, wantedScope],
      JSON.stringify([notification]),
    ],
  );
}

/** Forgets the tokens, and whoever is on his way to new ones; somebody has to sign in again. */
export async function endMcpSignIn(
  pool: pg.Pool,
  { id, hash }: McpSignInPlace,
  reason: string,
): Promise<void> {
  await pool.query(
    `WITH ended AS (
       UPDATE mcp_sign_in SET
         needed = $3, version = version + 1, key_id = NULL, wrapped_key = NULL, sealed = NULL,
         issuer = NULL, scope = NULL, expires_at = NULL, connected_by = NULL, connected_at = NULL,
         claimed_until = NULL
       WHERE server_id = $1 AND hash = $2 RETURNING org_id
     ), attempts AS (
       DELETE FROM mcp_sign_in_attempt WHERE server_id = $1
     )
     SELECT pg_notify('${mcpChannel}', org_id) FROM ended`,
    [id, hash, reason],
  );
}
