import { preferencesSchema, type Preferences, type PreferencesChange } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** With the defaults for what the owner has not said, or not in a way that still has a meaning. */
export async function getPreferences(db: Database, owner: string): Promise<Preferences> {
  const row = await db
    .selectFrom("preference")
    .select("settings")
    .where("owner", "=", owner)
    .executeTakeFirst();
  return toPreferences(row?.settings ?? {});
}

/** Changes what is named; null takes the default again. */
export async function changePreferences(
  db: Database,
  owner: string,
  change: PreferencesChange,
): Promise<Preferences> {
  const said = JSON.stringify(change);
  const { rows } = await sql<{ settings: object }>`
    INSERT INTO preference AS p (owner, settings)
    VALUES (${owner}, jsonb_strip_nulls(${said}::jsonb)::json)
    ON CONFLICT (owner) DO UPDATE SET
      settings = jsonb_strip_nulls(p.settings::jsonb || ${said}::jsonb)::json, changed_at = now()
    RETURNING settings`.execute(db);
  return toPreferences(rows[0]?.settings ?? {});
}

/** What a later or earlier version kept must not lock anybody out. */
function toPreferences(kept: object): Preferences {
  const known = Object.entries(kept).filter(
    ([name, value]) => preferencesSchema.safeParse({ [name]: value }).success,
  );
  return preferencesSchema.parse(Object.fromEntries(known));
}
