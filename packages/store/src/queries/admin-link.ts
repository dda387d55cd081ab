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

/** Whether the home organisation has an owner. */
export async function hasOwner(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(
    "SELECT FROM member WHERE org_id = $1 AND role = 'owner' LIMIT 1",
    [homeOrganisation],
  );
  return rows.length > 0;
}

/**
 * Takes the link, and makes all others void. False when it is not good, or no longer: of two who
 * bring it at once, one alone takes it.
 */
export async function takeAdminLink(pool: pg.Pool, hash: Uint8Array): Promise<boolean> {
  const { rows } = await pool.query(
    `WITH gone AS (
       DELETE FROM admin_link WHERE EXISTS (
         SELECT FROM admin_link WHERE token_hash = $1 AND expires_at > now()
       ) RETURNING token_hash
     )
     SELECT FROM gone WHERE token_hash = $1`,
    [hash],
  );
  return rows.length > 0;
}

/** Makes the user an owner of the home organisation, whatever he was there. */
export async function makeOwner(
  pool: pg.Pool,
  userId: string,
): Promise<{ organisation: string; role: Role }> {
  const role = "owner" satisfies Role;
  await pool.query(
    `INSERT INTO member (org_id, user_id, role) VALUES ($1, $2, $3)
     ON CONFLICT (org_id, user_id) DO UPDATE SET role = EXCLUDED.role`,
    [homeOrganisation, userId, role],
  );
  return { organisation: homeOrganisation, role };
}
