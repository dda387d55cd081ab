import type { ToolRuleHit, ToolRuleHits } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Adds to the sums of this hour, of many rules at once. */
export async function noteToolRuleHits(db: Database, hits: ToolRuleHits[]): Promise<void> {
  if (hits.length === 0) return;
  await sql`
    INSERT INTO tool_rule_hit AS h (org_id, environment, rule_id, hour, allowed, asked, denied)
    SELECT organisation, environment, "ruleId", date_trunc('hour', now()), allowed, asked, denied
    FROM json_to_recordset(${JSON.stringify(hits)}::json) AS t (
      organisation text, environment text, "ruleId" text, allowed bigint, asked bigint, denied bigint
    )
    ORDER BY organisation, environment, "ruleId"
    ON CONFLICT (org_id, environment, rule_id, hour) DO UPDATE SET
      allowed = h.allowed + excluded.allowed,
      asked = h.asked + excluded.asked,
      denied = h.denied + excluded.denied`.execute(db);
}

/** The sums of the hours since then, by rule. */
export async function readToolRuleHits(db: Database, since: Date): Promise<ToolRuleHit[]> {
  const rows = await db
    .selectFrom("tool_rule_hit")
    .select(["rule_id"])
    .select(({ fn }) => [
      fn.sum<string>("allowed").as("allowed"),
      fn.sum<string>("asked").as("asked"),
      fn.sum<string>("denied").as("denied"),
    ])
    .where("hour", ">=", sql<Date>`date_trunc('hour', ${since}::timestamptz)`)
    .groupBy("rule_id")
    .orderBy("rule_id")
    .execute();
  return rows.map(({ rule_id: ruleId, allowed, asked, denied }) => ({
    ruleId,
    allowed: Number(allowed),
    asked: Number(asked),
    denied: Number(denied),
  }));
}
