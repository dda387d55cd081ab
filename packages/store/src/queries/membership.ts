import type { Role } from "@flotilla/core";
import type pg from "pg";

/** Where the user is a member, and as what. */
export async function memberships(
  pool: pg.Pool,
  userId: string,
): Promise<{ organisation: string; role: Role }[]> {
  const { rows } = await pool.query<{ organisation: string; role: Role }>(
    "SELECT org_id AS organisation, role FROM member WHERE user_id = $1 ORDER BY org_id",
    [userId],
  );
  return rows;
}

/** Does nothing where the user is a member already. */
export async function addMember(
  pool: pg.Pool,
  organisation: string,
  userId: string,
  role: Role,
): Promise<void> {
  await pool.query(
    "INSERT INTO member (org_id, user_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [organisation, userId, role],
  );
}
