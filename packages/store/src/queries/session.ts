import type pg from "pg";

/** The person of a session, as the sign-in library keeps both. */
export interface SessionPerson {
  userId: string;
  name: string;
  email: string;
  sessionId: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

/** null for a session that has ended, or that is not of this user. */
export async function readSession(
  pool: pg.Pool,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<SessionPerson | null> {
  const { rows } = await pool.query<SessionPerson>(
    `SELECT u.id AS "userId", u.name, u.email, s.id AS "sessionId",
       (extract(epoch FROM s."expiresAt") * 1000)::bigint AS "expiresAt"
     FROM auth.session s JOIN auth."user" u ON u.id = s."userId"
     WHERE s.id = $1 AND u.id = $2 AND s."expiresAt" > now()`,
    [sessionId, userId],
  );
  return rows[0] ?? null;
}

/** Removes what has ended by itself: sessions, device codes, and one-time values of sign-in. */
export async function deleteEnded(pool: pg.Pool): Promise<void> {
  await pool.query(
    `WITH sessions AS (DELETE FROM auth.session WHERE "expiresAt" < now()),
       codes AS (DELETE FROM auth."deviceCode" WHERE "expiresAt" < now())
     DELETE FROM auth.verification WHERE "expiresAt" < now()`,
  );
}

/** The user with this e-mail address; null for none. */
export async function findUserId(pool: pg.Pool, email: string): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM auth."user" WHERE email = $1', [
    email.toLowerCase(),
  ]);
  return rows[0]?.id ?? null;
}
