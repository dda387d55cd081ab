import { FlotillaError, type Organisation } from "@flotilla/core";
import type { Selectable } from "kysely";
import type { Database } from "../database.ts";
import { isUniqueViolation } from "../pool.ts";
import type { DB } from "../schema.gen.ts";

function toOrganisation(row: Selectable<DB["organisation"]>): Organisation {
  return { id: row.id, name: row.name, createdAt: row.created_at.toISOString() };
}

/**
 * Creates an organisation with its first owner. Throws `conflict` when the id is taken.
 *
 * @param owner the user; null: it has no members yet, and only who runs the platform gets in
 */
export async function createOrganisation(
  db: Database,
  { id, name }: Pick<Organisation, "id" | "name">,
  owner: string | null,
): Promise<Organisation> {
  try {
    return await db.transaction().execute(async (tx) => {
      const row = await tx
        .insertInto("organisation")
        .values({ id, name })
        .returningAll()
        .executeTakeFirstOrThrow();
      if (owner !== null) {
        await tx
          .insertInto("member")
          .values({ org_id: id, user_id: owner, role: "owner" })
          .execute();
      }
      return toOrganisation(row);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new FlotillaError("conflict", `There is an organisation ${id} already.`, {
      remedy: "Choose another id.",
    });
  }
}

/** Throws `not_found`. */
export async function getOrganisation(db: Database, id: string): Promise<Organisation> {
  const row = await db
    .selectFrom("organisation")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) throw noOrganisation(id);
  return toOrganisation(row);
}

/** All of the instance, by id. */
export async function listOrganisations(db: Database): Promise<Organisation[]> {
  const rows = await db.selectFrom("organisation").selectAll().orderBy("id").execute();
  return rows.map(toOrganisation);
}

/** Those that a user is a member of, by id. */
export async function organisationsOf(db: Database, userId: string): Promise<Organisation[]> {
  const rows = await db
    .selectFrom("organisation")
    .innerJoin("member", "member.org_id", "organisation.id")
    .selectAll("organisation")
    .where("member.user_id", "=", userId)
    .orderBy("organisation.id")
    .execute();
  return rows.map(toOrganisation);
}

/** Its id stays. Throws `not_found`. */
export async function renameOrganisation(
  db: Database,
  id: string,
  name: string,
): Promise<Organisation> {
  const row = await db
    .updateTable("organisation")
    .set({ name })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
  if (!row) throw noOrganisation(id);
  return toOrganisation(row);
}

function noOrganisation(id: string): FlotillaError {
  return new FlotillaError("not_found", `There is no organisation ${id}.`);
}
