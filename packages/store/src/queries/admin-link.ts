import { homeOrganisation, type Role } from "@flotilla/core";
import type pg from "pg";

export async function createAdminLink(
  pool: pg.Pool,
  hash: Uint8Array,
  ttlSeconds: number,
): Promise<void> {
  await pool.query(
    `WITH gone AS (DELETE FROM admin_link WHERE expires_at <= now())
     INSERT INTO admin_link (token_hash, expires_at) VALUES ($1, now() + make_interval(secs => $2))`,
    [hash, ttlSeconds],
  );
}

export async function isAdminLink(pool: pg.Pool, hash: Uint8Array): Promise<boolean> {
  const { rows } = await pool.query(
    "SELECT FROM admin_link WHERE token_hash = $1 AND expires_at > now()",
    [hash],
  );
  return rows.length > 0;
}

/** Whether the home organisation has an owner. */
export async function hasOwner(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(
    "SELECT FROM member WHERE org_id = $1 AND role = 'owner' LIMIT 1",
    [homeOrganisation],
  );
  return rows.length > 0;
}

/**
 * Makes the user an owner of the home organisation, and all admin links void. Null when the link is not
 * good, or no longer.
 */
export async function acceptAdminLink(
  pool: pg.Pool,
  hash: Uint8Array,
  userId: string,
): Promise<{ organisation: string; role: Role } | null> {
  const { rows } = await pool.query<{ organisation: string; role: Role }>(
    `WITH gone AS (
       DELETE FROM admin_link WHERE EXISTS (
         SELECT FROM admin_link WHERE token_hash = $1 AND expires_at > now()
       ) RETURNING token_hash
     ), owner AS (
       SELECT FROM gone WHERE token_hash = $1
     )
     INSERT INTO member (org_id, user_id, role) SELECT $3, $2, 'owner' FROM owner
     ON CONFLICT (org_id, user_id) DO UPDATE SET role = 'owner'
     RETURNING org_id AS organisation, role`,
    [hash, userId, homeOrganisation],
  );
  return rows[0] ?? null;
}
