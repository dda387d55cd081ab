import type { Member } from "@flotilla/core";
import type pg from "pg";
import type { MemberRecord } from "./member.ts";

/** Members with the names of their accounts, in the same order. */
export async function namedMembers(pool: pg.Pool, members: MemberRecord[]): Promise<Member[]> {
  const { rows } = await pool.query<{ id: string; name: string; email: string }>(
    'SELECT id, name, email FROM auth."user" WHERE id = ANY ($1)',
    [members.map((member) => member.userId)],
  );
  const accounts = new Map(rows.map((row) => [row.id, row]));
  return members.map(({ userId, role, joinedAt }) => {
    const { name = null, email = null } = accounts.get(userId) ?? {};
    return { userId, name, email, role, joinedAt };
  });
}
