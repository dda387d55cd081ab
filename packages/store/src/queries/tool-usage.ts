import { type ToolTime, type Environment } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Adds to the sums of this hour, of many tools at once. */
export async function noteToolUsage(db: Database, times: ToolTime[]): Promise<void> {
  if (times.length === 0) return;
  await sql`
    INSERT INTO tool_usage AS u (
      org_id, environment, tool, hour, calls, failed, cached, waited_ms, took_ms, cost_micros, buckets
    )
    SELECT organisation, environment, tool, date_trunc('hour', now()), calls, failed, cached,
      "waitedMs", "tookMs", "costMicros", buckets
    FROM json_to_recordset(${JSON.stringify(times)}::json) AS t (
      organisation text, environment text, tool text, calls bigint, failed bigint, cached bigint,
      "waitedMs" bigint, "tookMs" bigint, "costMicros" bigint, buckets bigint[]
    )
    ORDER BY organisation, environment, tool
    ON CONFLICT (org_id, environment, tool, hour) DO UPDATE SET
      calls = u.calls + excluded.calls,
      failed = u.failed + excluded.failed,
      cached = u.cached + excluded.cached,
      waited_ms = u.waited_ms + excluded.waited_ms,
      took_ms = u.took_ms + excluded.took_ms,
      cost_micros = u.cost_micros + excluded.cost_micros,
      buckets = ARRAY (
        SELECT coalesce(a, 0) + coalesce(b, 0)
        FROM unnest(u.buckets, excluded.buckets) WITH ORDINALITY AS both_of (a, b, n) ORDER BY n
      )`.execute(db);
}

/** The sums of the hours since then, by tool. */
export async function readToolUsage(db: Database, since: Date): Promise<ToolTime[]> {
  const rows = await db
    .selectFrom("tool_usage")
    .selectAll()
    .where("hour", ">=", sql<Date>`date_trunc('hour', ${since}::timestamptz)`)
    .orderBy("tool")
    .execute();
  return rows.map((row) => ({
    organisation: row.org_id,
    environment: row.environment as Environment,
    tool: row.tool,
    calls: row.calls,
    failed: row.failed,
    cached: row.cached,
    waitedMs: row.waited_ms,
    tookMs: row.took_ms,
    costMicros: row.cost_micros,
    buckets: row.buckets.map(Number),
  }));
}
