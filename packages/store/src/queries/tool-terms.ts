import type { ToolAnswerKey, ToolTermsStore } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** More starts than this are not kept by themselves: as many fewer calls are counted in a shorter time. */
const mostStarts = 1_000;

/**
 * The turns of a tool in a sliding window: the n-th call after another begins no sooner than the window is long. Who
 * asks first has his turn first; the row is locked only for this statement.
 */
export async function takeToolTurn(
  db: Database,
  { organisation, tool }: Parameters<ToolTermsStore["takeTurn"]>[0],
  { calls, perSeconds }: Parameters<ToolTermsStore["takeTurn"]>[1],
  mostMs: number,
): Promise<{ waitMs: number } | null> {
  const parts = Math.ceil(calls / mostStarts);
  const kept = Math.floor(calls / parts);
  const window = sql`${perSeconds / parts} * interval '1 s'`;
  const next = sql`greatest(clock_timestamp(), CASE
    WHEN cardinality(p.starts) >= ${kept}::integer
    THEN p.starts[cardinality(p.starts) - ${kept}::integer + 1] + ${window} END)`;
  const { rows } = await sql<{ wait: number }>`
    INSERT INTO tool_pace AS p (org_id, tool, starts)
    VALUES (${organisation}, ${tool}, ARRAY[clock_timestamp()])
    ON CONFLICT (org_id, tool) DO UPDATE SET starts = array_append(
      p.starts[greatest(1, cardinality(p.starts) - ${kept}::integer + 2) : ], ${next}
    ) WHERE ${next} <= clock_timestamp() + ${mostMs} * interval '1 ms'
    RETURNING greatest(0, extract(epoch FROM
      p.starts[cardinality(p.starts)] - clock_timestamp()) * 1000)::float8 AS wait`.execute(db);
  return rows[0] ? { waitMs: rows[0].wait } : null;
}

type Group = Parameters<ToolTermsStore["takePlace"]>[0];

export async function takeToolPlace(
  db: Database,
  { organisation, group }: Group,
  most: number,
  holder: string,
  forMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO tool_slot (org_id, group_name, slot, holder, until)
    SELECT ${organisation}, ${group}, s, ${holder}, now() + ${forMs} * interval '1 ms'
    FROM generate_series(1, ${most}::integer) AS s
    WHERE NOT EXISTS (
      SELECT FROM tool_slot t
      WHERE t.org_id = ${organisation} AND t.group_name = ${group} AND t.slot = s AND t.until > now()
    )
    LIMIT 1
    ON CONFLICT (org_id, group_name, slot) DO UPDATE
      SET holder = excluded.holder, until = excluded.until WHERE tool_slot.until <= now()
    RETURNING slot`.execute(db);
  return rows.length > 0;
}

export async function leaveToolPlace(
  db: Database,
  { organisation, group }: Group,
  holder: string,
): Promise<void> {
  await db
    .deleteFrom("tool_slot")
    .where("org_id", "=", organisation)
    .where("group_name", "=", group)
    .where("holder", "=", holder)
    .execute();
}

export async function readToolAnswer(
  db: Database,
  { organisation, environment, key }: ToolAnswerKey,
): Promise<{ output: unknown; labels: string[] } | undefined> {
  return db
    .selectFrom("tool_answer")
    .select(["output", "labels"])
    .where("org_id", "=", organisation)
    .where("environment", "=", environment)
    .where("key", "=", key)
    .where("expires_at", ">", sql<Date>`now()`)
    .executeTakeFirst();
}

export async function keepToolAnswer(
  db: Database,
  { organisation, environment, key }: ToolAnswerKey,
  { output, labels }: { output: unknown; labels: readonly string[] },
  seconds: number,
): Promise<void> {
  await sql`
    INSERT INTO tool_answer (org_id, environment, key, output, labels, expires_at)
    VALUES (${organisation}, ${environment}, ${key}, ${JSON.stringify(output)}::json,
      ${[...labels]}::text[], now() + ${seconds} * interval '1 s')
    ON CONFLICT (org_id, environment, key) DO UPDATE
      SET output = excluded.output, labels = excluded.labels, expires_at = excluded.expires_at`.execute(
    db,
  );
}

/** How long sums are kept, in days. */
const usageDays = 400;

export async function cleanToolTerms(db: Database): Promise<void> {
  await sql`
    WITH answers AS (
      DELETE FROM tool_answer WHERE expires_at <= now()
    ), places AS (
      DELETE FROM tool_slot WHERE until <= now() - interval '1 hour'
    ), hits AS (
      DELETE FROM tool_rule_hit WHERE hour < now() - ${usageDays} * interval '1 day'
    )
    DELETE FROM tool_usage WHERE hour < now() - ${usageDays} * interval '1 day'`.execute(db);
}
