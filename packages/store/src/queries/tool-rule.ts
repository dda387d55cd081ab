import { FlotillaError, type ToolRule, type ToolRules } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

export function toToolRule(row: Selectable<DB["tool_rule"]>): ToolRule {
  return {
    id: row.id,
    effect: row.effect,
    tool: row.tool,
    agent: row.agent_name,
    runId: row.run_id,
    environment: row.in_environment,
    when: row.conditions,
    note: row.note,
    enabled: row.enabled,
    by: row.by_name,
    interruptId: row.interrupt_id,
    createdAt: row.created_at.toISOString(),
  };
}

/** The tool rules of an organisation, oldest first. */
export async function listToolRules(db: Database, organisation: string): Promise<ToolRule[]> {
  const rows = await db
    .selectFrom("tool_rule")
    .selectAll()
    .where("org_id", "=", organisation)
    .where("until_version", "is", null)
    .orderBy("id")
    .execute();
  return rows.map(toToolRule);
}

/** Those that can decide something: neither switched off nor of runs that have ended. */
export async function liveToolRules(db: Database, organisation: string): Promise<ToolRules> {
  const { rows } = await sql<{ version: number } & Selectable<DB["tool_rule"]>>`
    SELECT p.version, r.*
    FROM tool_policy p
    LEFT JOIN tool_rule r ON r.org_id = p.org_id AND r.until_version IS NULL AND r.enabled
      AND (r.run_id IS NULL OR EXISTS (
        SELECT FROM run WHERE run.id = r.run_id AND run.status IN ('pending', 'running', 'waiting')
      ))
    WHERE p.org_id = ${organisation}
    ORDER BY r.id`.execute(db);
  return {
    version: rows[0]?.version ?? 0,
    rules: rows.filter(({ id }) => id !== null).map(toToolRule),
  };
}

/** Throws `not_found`. */
export async function getToolRule(
  db: Database,
  organisation: string,
  id: string,
): Promise<ToolRule> {
  const row = await db
    .selectFrom("tool_rule")
    .selectAll()
    .where("org_id", "=", organisation)
    .where("id", "=", id)
    .where("until_version", "is", null)
    .executeTakeFirst();
  if (!row) throw noToolRule(id);
  return toToolRule(row);
}

function noToolRule(id: string): FlotillaError {
  return new FlotillaError("not_found", `There is no tool rule ${id}.`);
}
