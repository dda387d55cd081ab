import { FlotillaError, type Invitation, type NewInvitation, type Role } from "@flotilla/core";
import type pg from "pg";
import type { Scope } from "../scope.ts";

interface InvitationRow {
  id: string;
  org_id: string;
  email: string;
  role: Role;
  status: Invitation["status"];
  created_at: Date;
  created_by: string;
  expires_at: Date;
}

const columns = `id, org_id, email, role, created_at, created_by, expires_at, CASE
    WHEN accepted_at IS NOT NULL THEN 'accepted'
    WHEN revoked_at IS NOT NULL THEN 'revoked'
    WHEN expires_at <= now() THEN 'expired'
    ELSE 'open' END AS status`;

const isOpen = "accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()";

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    organisation: row.org_id,
    email: row.email,
    role: row.role,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    expiresAt: row.expires_at.toISOString(),
  };
}

/** In place of what was open for the same address in this organisation. */
export async function createInvitation(
  pool: pg.Pool,
  scope: Scope,
  invitation: NewInvitation,
): Promise<Invitation> {
  const { id, email, role, hash, createdBy, ttlSeconds } = invitation;
  const { rows } = await pool.query<InvitationRow>(
    `WITH former AS (
       UPDATE invitation SET revoked_at = now() WHERE org_id = $2 AND email = $3 AND ${isOpen}
     )
     INSERT INTO invitation (id, org_id, email, role, token_hash, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7)) RETURNING ${columns}`,
    [id, scope.organisation, email, role, hash, createdBy, ttlSeconds],
  );
  return toInvitation(rows[0] as InvitationRow);
}

/** The newest first; those that are no longer open only when they are asked for. */
export async function listInvitations(
  pool: pg.Pool,
  scope: Scope,
  closed: boolean,
): Promise<Invitation[]> {
  const { rows } = await pool.query<InvitationRow>(
    `SELECT ${columns} FROM invitation WHERE org_id = $1 AND ($2 OR ${isOpen})
     ORDER BY id DESC LIMIT 1000`,
    [scope.organisation, closed],
  );
  return rows.map(toInvitation);
}

/** Throws `not_found` for one that is not open, too. */
export async function revokeInvitation(
  pool: pg.Pool,
  scope: Scope,
  id: string,
): Promise<Invitation> {
  const { rows } = await pool.query<InvitationRow>(
    `UPDATE invitation SET revoked_at = now() WHERE id = $1 AND org_id = $2 AND ${isOpen}
     RETURNING ${columns}`,
    [id, scope.organisation],
  );
  if (rows[0]) return toInvitation(rows[0]);
  throw new FlotillaError("not_found", `There is no open invitation ${id}.`);
}

/** The open invitation that a link stands for; null for none. */
export async function findInvitation(pool: pg.Pool, hash: Uint8Array): Promise<Invitation | null> {
  const { rows } = await pool.query<InvitationRow>(
    `SELECT ${columns} FROM invitation WHERE token_hash = $1 AND ${isOpen}`,
    [hash],
  );
  return rows[0] ? toInvitation(rows[0]) : null;
}

export async function isInvited(pool: pg.Pool, email: string): Promise<boolean> {
  const { rows } = await pool.query(
    `SELECT FROM invitation WHERE email = $1 AND ${isOpen} LIMIT 1`,
    [email],
  );
  return rows.length > 0;
}

/**
 * Takes the invitation and makes the user a member, in one. Null when it is no longer open.
 * A member keeps the role that he has: `keptRole` says so, and `role` is that one.
 */
export async function acceptInvitation(
  pool: pg.Pool,
  hash: Uint8Array,
  userId: string,
): Promise<{ organisation: string; role: Role; keptRole: boolean } | null> {
  const { rows } = await pool.query<{ organisation: string; role: Role; keptRole: boolean }>(
    `WITH taken AS (
       UPDATE invitation SET accepted_at = now() WHERE token_hash = $1 AND ${isOpen}
       RETURNING org_id, role
     )
     INSERT INTO member (org_id, user_id, role) SELECT org_id, $2, role FROM taken
     ON CONFLICT (org_id, user_id) DO UPDATE SET role = member.role
     RETURNING org_id AS organisation, role, xmax <> 0 AS "keptRole"`,
    [hash, userId],
  );
  return rows[0] ?? null;
}
