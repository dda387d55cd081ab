import { FlotillaError, type AccessRule } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import { ruleChannel } from "../notifier.ts";
import type { DB } from "../schema.gen.ts";

function toRule(row: Selectable<DB["access_rule"]>): AccessRule {
  const { id, effect, who, permission, resource, in_environment: environment } = row;
  return { id, effect, who, permission, resource, environment };
}

/** The access rules of an organisation, oldest first. */
export async function listRules(db: Database, organisation: string): Promise<AccessRule[]> {
  const rows = await db
    .selectFrom("access_rule")
    .selectAll()
    .where("org_id", "=", organisation)
    .orderBy("id")
    .execute();
  return rows.map(toRule);
}

/** Throws `not_found`. */
export async function getRule(db: Database, organisation: string, id: string): Promise<AccessRule> {
  const row = await db
    .selectFrom("access_rule")
    .selectAll()
    .where("org_id", "=", organisation)
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) throw noRule(id);
  return toRule(row);
}

/** Keeps a rule, in place of the one of that id. Everyone who decides is told. */
export async function setRule(
  db: Database,
  organisation: string,
  rule: AccessRule,
): Promise<AccessRule> {
  const columns = {
    effect: rule.effect,
    who: JSON.stringify(rule.who),
    permission: rule.permission,
    resource: rule.resource,
    in_environment: rule.environment,
  };
  await db
    .insertInto("access_rule")
    .values({ id: rule.id, org_id: organisation, ...columns })
    .onConflict((taken) =>
      taken.column("id").doUpdateSet(columns).where("access_rule.org_id", "=", organisation),
    )
    .returning(sql`pg_notify(${ruleChannel}, ${organisation})`.as("told"))
    .execute();
  return rule;
}

/** Throws `not_found`. */
export async function removeRule(db: Database, organisation: string, id: string): Promise<void> {
  const gone = await db
    .deleteFrom("access_rule")
    .where("org_id", "=", organisation)
    .where("id", "=", id)
    .returning(sql`pg_notify(${ruleChannel}, ${organisation})`.as("told"))
    .executeTakeFirst();
  if (!gone) throw noRule(id);
}

function noRule(id: string): FlotillaError {
  return new FlotillaError("not_found", `There is no access rule ${id}.`);
}
