import type { UsageDimension, UsageFilter, UsageItem } from "@flotilla/core";
import type pg from "pg";
import { allCosts, asked } from "./costs.ts";

const keys: Readonly<Record<UsageDimension, { cost: string; run: string }>> = {
  user: { cost: "user_name", run: "coalesce(user_name, '')" },
  agent: { cost: "agent_name", run: "agent_name" },
  day: { cost: "to_char(day, 'YYYY-MM-DD')", run: "to_char(day, 'YYYY-MM-DD')" },
};

/** Where a page of the report begins. */
export interface UsagePlace {
  costMicros: number;
  runs: number;
  key: string;
}

function reportSql(by: UsageDimension): string {
  const { cost, run } = keys[by];
  const isDay = by === "day";
  const after = isDay
    ? `key > $8`
    : `(cost_micros < $6 OR cost_micros = $6 AND (runs < $7 OR runs = $7 AND key > $8))`;
  return `
WITH cost AS (${allCosts}), spent AS (
  SELECT ${cost} AS key, day, calls, priced, unpriced_calls, input_tokens, output_tokens, cost_micros
  FROM cost
  WHERE ($1::date IS NULL OR day >= $1) AND ($2::date IS NULL OR day <= $2)
    AND ($3::text IS NULL OR user_name = $3) AND ($4::text IS NULL OR agent_name = $4)
    AND ($5::text IS NULL OR org_id = $5)
), started AS (
  SELECT ${run} AS key, day, status, created_at FROM (
    SELECT *, (created_at AT TIME ZONE 'UTC')::date AS day FROM run
  ) AS r
  WHERE ($1::date IS NULL OR day >= $1) AND ($2::date IS NULL OR day <= $2)
    AND ($3::text IS NULL OR user_name = $3) AND ($4::text IS NULL OR agent_name = $4)
    AND ($5::text IS NULL OR org_id = $5)
), costs AS (
  SELECT key, coalesce(sum(calls) FILTER (WHERE ${asked}), 0)::bigint AS calls,
    coalesce(sum(input_tokens) FILTER (WHERE ${asked}), 0)::bigint AS input_tokens,
    coalesce(sum(output_tokens) FILTER (WHERE ${asked}), 0)::bigint AS output_tokens,
    sum(cost_micros)::bigint AS cost_micros, sum(unpriced_calls) > 0 AS incomplete
  FROM spent GROUP BY key
), counts AS (
  SELECT key, count(*) AS runs, count(*) FILTER (WHERE status = 'completed') AS completed,
    count(*) FILTER (WHERE status = 'failed') AS failed, max(created_at) AS last_run
  FROM started GROUP BY key
), active AS (
  SELECT key, count(*) AS days FROM (SELECT key, day FROM spent UNION SELECT key, day FROM started)
    AS d GROUP BY key
), report AS (
  SELECT key COLLATE "C" AS key, coalesce(runs, 0)::bigint AS runs,
    coalesce(completed, 0)::bigint AS completed, coalesce(failed, 0)::bigint AS failed,
    coalesce(days, 0)::bigint AS days, last_run, coalesce(calls, 0)::bigint AS calls,
    coalesce(input_tokens, 0)::bigint AS input_tokens,
    coalesce(output_tokens, 0)::bigint AS output_tokens,
    coalesce(cost_micros, 0)::bigint AS cost_micros, coalesce(incomplete, false) AS incomplete
  FROM costs FULL JOIN counts USING (key) FULL JOIN active USING (key)
)
SELECT * FROM report
WHERE $6::bigint IS NULL OR $7::bigint IS NULL OR $8::text IS NULL OR ${after}
ORDER BY ${isDay ? "key" : "cost_micros DESC, runs DESC, key"}
LIMIT $9`;
}

interface ReportRow {
  key: string;
  runs: number;
  completed: number;
  failed: number;
  days: number;
  last_run: Date | null;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cost_micros: number;
  incomplete: boolean;
}

/** Who has used how much, complete up to the last committed call: those with most first, days in order. */
export async function usageReport(
  pool: pg.Pool,
  by: UsageDimension,
  filter: UsageFilter,
  page: { after?: UsagePlace | undefined; limit: number },
): Promise<UsageItem[]> {
  const { from, to, user, agent, organisation } = filter;
  const { after, limit } = page;
  const place = [after?.costMicros, after?.runs, after?.key];
  const { rows } = await pool.query<ReportRow>(reportSql(by), [
    ...[from, to, user, agent, organisation, ...place].map((value) => value ?? null),
    limit,
  ]);
  return rows.map((row) => ({
    key: row.key || null,
    runs: row.runs,
    completedRuns: row.completed,
    failedRuns: row.failed,
    activeDays: row.days,
    lastRunAt: row.last_run?.toISOString() ?? null,
    calls: row.calls,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costMicros: row.cost_micros,
    costIncomplete: row.incomplete,
  }));
}
