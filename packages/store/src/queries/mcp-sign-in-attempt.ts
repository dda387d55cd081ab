import type { McpSignInPlace } from "@flotilla/core";
import type pg from "pg";

/** Somebody on his way to an authorization server and back. */
export interface McpSignInAttempt {
  /** The SHA-256 of what he brings back, in hexadecimal. */
  id: string;
  serverId: string;
  /** Of how the server was reached when he went. */
  hash: string;
  /** The only one who may end it; null: whoever may use the server. */
  userId: string | null;
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
}

/** Keeps one for so long; those whose time is over are forgotten. */
export async function addMcpSignInAttempt(
  pool: pg.Pool,
  { organisation, environment }: Pick<McpSignInPlace, "organisation" | "environment">,
  attempt: McpSignInAttempt & { leaseMs: number },
): Promise<void> {
  await pool.query(
    `WITH over AS (
       DELETE FROM mcp_sign_in_attempt WHERE expires_at < now()
     )
     INSERT INTO mcp_sign_in_attempt (
       id, server_id, hash, org_id, environment, user_id, key_id, wrapped_key, sealed, expires_at
     ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $10 * interval '1 ms')`,
    [
      ...[attempt.id, attempt.serverId, attempt.hash, organisation, environment, attempt.userId],
      ...[attempt.keyId, attempt.wrappedKey, attempt.sealed, attempt.leaseMs],
    ],
  );
}

/**
 * Takes one, which is gone with that. Undefined: there is none, its time is over, it is somebody else's (which ends it
 * as well), or its server is gone or reached otherwise by now.
 */
export async function takeMcpSignInAttempt(
  pool: pg.Pool,
  { organisation, environment }: Pick<McpSignInPlace, "organisation" | "environment">,
  id: string,
  userId: string | null,
): Promise<(McpSignInAttempt & { server: string }) | undefined> {
  const { rows } = await pool.query<McpSignInAttempt & { server: string }>(
    `WITH taken AS (
       DELETE FROM mcp_sign_in_attempt
       WHERE id = $1 AND org_id = $2 AND environment = $3 AND expires_at > now()
       RETURNING *
     )
     SELECT t.id, t.server_id AS "serverId", t.hash, t.user_id AS "userId", t.key_id AS "keyId",
       t.wrapped_key AS "wrappedKey", t.sealed, s.name AS server
     FROM taken t JOIN mcp_server s ON s.id = t.server_id AND s.hash = t.hash
     WHERE t.user_id IS NULL OR t.user_id = $4`,
    [id, organisation, environment, userId],
  );
  return rows[0];
}
