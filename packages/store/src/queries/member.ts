import { FlotillaError, type Role } from "@flotilla/core";
import type { Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

/** A member as the organisation knows him; his name is his account's. */
export interface MemberRecord {
  userId: string;
  role: Role;
  joinedAt: string;
}

function toMember(row: Selectable<DB["member"]>): MemberRecord {
  return { userId: row.user_id, role: row.role, joinedAt: row.created_at.toISOString() };
}

/** In the order in which they came. */
export async function listMembers(db: Database, organisation: string): Promise<MemberRecord[]> {
  const rows = await db
    .selectFrom("member")
    .selectAll()
    .where("org_id", "=", organisation)
    .orderBy("created_at")
    .orderBy("user_id")
    .execute();
  return rows.map(toMember);
}

/** Throws `not_found`. */
export async function getMember(
  db: Database,
  organisation: string,
  userId: string,
): Promise<MemberRecord> {
  const row = await db
    .selectFrom("member")
    .selectAll()
    .where("org_id", "=", organisation)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  if (!row) throw noMember(userId);
  return toMember(row);
}

/** Throws `not_found`, or `conflict` when the last owner would be none any more. */
export async function changeRole(
  db: Database,
  organisation: string,
  userId: string,
  role: Role,
): Promise<MemberRecord> {
  return db.transaction().execute(async (tx) => {
    await keepOwner(tx, organisation, userId, role === "owner");
    const row = await tx
      .updateTable("member")
      .set({ role })
      .where("org_id", "=", organisation)
      .where("user_id", "=", userId)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw noMember(userId);
    return toMember(row);
  });
}

/** Throws `not_found`, or `conflict` for the last owner. */
export async function removeMember(
  db: Database,
  organisation: string,
  userId: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await keepOwner(tx, organisation, userId, false);
    const { numDeletedRows } = await tx
      .deleteFrom("member")
      .where("org_id", "=", organisation)
      .where("user_id", "=", userId)
      .executeTakeFirst();
    if (!numDeletedRows) throw noMember(userId);
  });
}

/** Locks the owners, so that of two who go at once one sees that he is the last. */
async function keepOwner(
  tx: Database,
  organisation: string,
  userId: string,
  stays: boolean,
): Promise<void> {
  const owners = await tx
    .selectFrom("member")
    .select("user_id")
    .where("org_id", "=", organisation)
    .where("role", "=", "owner")
    .orderBy("user_id")
    .forUpdate()
    .execute();
  if (stays || owners.length > 1 || owners[0]?.user_id !== userId) return;
  throw new FlotillaError("conflict", "An organisation keeps at least one owner.", {
    remedy: "Make another member an owner first.",
  });
}

function noMember(userId: string): FlotillaError {
  return new FlotillaError("not_found", `There is no member ${userId}.`);
}
