import { FlotillaError, type ToolRule } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import { toolRuleChannel } from "../notifier.ts";
import type { DB } from "../schema.gen.ts";

function toToolRule(row: Selectable<DB["tool_rule"]>): ToolRule {
  return {
    id: row.id,
    effect: row.effect,
    tool: row.tool,
    agent: row.agent_name,
    runId: row.run_id,
    environment: row.in_environment,
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
    .orderBy("id")
    .execute();
  return rows.map(toToolRule);
}

/** Those that can decide something: not of runs that have ended. */
export async function liveToolRules(db: Database, organisation: string): Promise<ToolRule[]> {
  const rows = await db
    .selectFrom("tool_rule")
    .selectAll()
    .where("org_id", "=", organisation)
    .where(({ eb, exists, or, selectFrom }) =>
      or([
        eb("tool_rule.run_id", "is", null),
        exists(
          selectFrom("run")
            .select("run.id")
            .whereRef("run.id", "=", "tool_rule.run_id")
            .where("run.status", "in", ["pending", "running", "waiting"]),
        ),
      ]),
    )
    .orderBy("id")
    .execute();
  return rows.map(toToolRule);
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
    .executeTakeFirst();
  if (!row) throw noToolRule(id);
  return toToolRule(row);
}

export type NewToolRule = Omit<ToolRule, "createdAt">;

/** Adds a rule. Every worker is told. */
export async function addToolRule(
  db: Database,
  organisation: string,
  rule: NewToolRule,
): Promise<ToolRule> {
  const row = await db
    .insertInto("tool_rule")
    .values({
      id: rule.id,
      org_id: organisation,
      effect: rule.effect,
      tool: rule.tool,
      agent_name: rule.agent,
      run_id: rule.runId,
      in_environment: rule.environment,
      by_name: rule.by,
      interrupt_id: rule.interruptId,
    })
    .returningAll()
    .returning(told(organisation))
    .executeTakeFirstOrThrow();
  return toToolRule(row);
}

/** Throws `not_found`. */
export async function removeToolRule(
  db: Database,
  organisation: string,
  id: string,
): Promise<void> {
  const gone = await db
    .deleteFrom("tool_rule")
    .where("org_id", "=", organisation)
    .where("id", "=", id)
    .returning(told(organisation))
    .executeTakeFirst();
  if (!gone) throw noToolRule(id);
}

function told(organisation: string) {
  return sql`pg_notify(${toolRuleChannel}, ${organisation})`.as("told");
}

function noToolRule(id: string): FlotillaError {
  return new FlotillaError("not_found", `There is no tool rule ${id}.`);
}
