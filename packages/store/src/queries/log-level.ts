import { sql } from "kysely";
import type { Database } from "../database.ts";
import { logLevelChannel } from "../notifier.ts";

/** Levels that were set at run time, by component. */
export async function listLogLevels(
  db: Database,
): Promise<{ component: string; level: string; setBy: string; setAt: string }[]> {
  const rows = await db.selectFrom("log_level").selectAll().orderBy("component").execute();
  return rows.map(({ component, level, set_by: setBy, set_at: setAt }) => ({
    component,
    level,
    setBy,
    setAt: setAt.toISOString(),
  }));
}

/** Sets a component's level and tells every process; null: that of the configuration again. */
export async function setLogLevel(
  db: Database,
  component: string,
  level: string | null,
  by: string,
): Promise<void> {
  if (level === null) {
    await sql`
      WITH gone AS (DELETE FROM log_level WHERE component = ${component})
      SELECT pg_notify(${logLevelChannel}, '')`.execute(db);
    return;
  }
  await sql`
    WITH kept AS (
      INSERT INTO log_level (component, level, set_by) VALUES (${component}, ${level}, ${by})
      ON CONFLICT (component) DO UPDATE SET
        level = excluded.level, set_by = excluded.set_by, set_at = now()
    )
    SELECT pg_notify(${logLevelChannel}, '')`.execute(db);
}
