import type { CostDimension, CostFigures, CostFilter, CostItem, Costs } from "@flotilla/core";
import type pg from "pg";

const keyColumns: Readonly<Record<CostDimension, string>> = {
  agent: "agent_name",
  model: "model",
  user: "user_name",
  organisation: "org_id",
  batch: "batch_id",
  day: "to_char(day, 'YYYY-MM-DD')",
};

/** Calls that a provider was asked; the cache answered the others. */
export const asked = "priced IN ('call', 'provider_batch', 'image')";

const figures = `
  coalesce(sum(calls) FILTER (WHERE ${asked}), 0)::bigint AS "calls",
  coalesce(sum(failed_calls), 0)::bigint AS "failedCalls",
  coalesce(sum(estimated_calls) FILTER (WHERE ${asked}), 0)::bigint AS "estimatedCalls",
  coalesce(sum(unpriced_calls), 0)::bigint AS "unpricedCalls",
  coalesce(sum(calls) FILTER (WHERE priced = 'provider_batch'), 0)::bigint AS "providerBatchCalls",
  coalesce(sum(calls) FILTER (WHERE priced = 'image'), 0)::bigint AS "imageCalls",
  coalesce(sum(calls) FILTER (WHERE priced = 'cache'), 0)::bigint AS "cachedAnswers",
  coalesce(sum(calls) FILTER (WHERE priced = 'shared'), 0)::bigint AS "sharedAnswers",
  coalesce(sum(input_tokens) FILTER (WHERE ${asked}), 0)::bigint AS "inputTokens",
  coalesce(sum(cached_input_tokens) FILTER (WHERE ${asked}), 0)::bigint AS "cachedInputTokens",
  coalesce(sum(cache_write_tokens) FILTER (WHERE ${asked}), 0)::bigint AS "cacheWriteTokens",
  coalesce(sum(output_tokens) FILTER (WHERE ${asked}), 0)::bigint AS "outputTokens",
  coalesce(sum(reasoning_tokens) FILTER (WHERE ${asked}), 0)::bigint AS "reasoningTokens",
  coalesce(sum(cost_micros), 0)::bigint AS "costMicros",
  coalesce(sum(estimated_micros), 0)::bigint AS "estimatedMicros",
  coalesce(sum(saved_micros), 0)::bigint AS "savedMicros",
  coalesce(sum(unpriced_calls), 0) > 0 AS "costIncomplete"`;

/** What was added up and what was not yet, in one snapshot: each charge is in one of the two. */
export const allCosts = `
  SELECT * FROM cost_day
  UNION ALL
  SELECT
    (at AT TIME ZONE 'UTC')::date, org_id, user_name, agent_name, batch_id, model, priced,
    1, failed::integer, estimated::integer, (cost_micros IS NULL)::integer, input_tokens,
    cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
    coalesce(cost_micros, 0), CASE WHEN estimated THEN coalesce(cost_micros, 0) ELSE 0 END,
    saved_micros
  FROM charge`;

const costsSql = (key: string) => `
WITH cost AS (${allCosts})
SELECT grouping(${key}) AS total, nullif(${key}, '') AS key, ${figures}
FROM cost
WHERE ($1::date IS NULL OR day >= $1) AND ($2::date IS NULL OR day <= $2)
  AND ($3::text IS NULL OR agent_name = $3) AND ($4::text IS NULL OR model = $4)
  AND ($5::text IS NULL OR user_name = $5) AND ($6::text IS NULL OR org_id = $6)
  AND ($7::text IS NULL OR batch_id = $7)
GROUP BY GROUPING SETS ((${key}), ())`;

interface CostRow extends CostFigures {
  /** 1: the sum of all. */
  total: 0 | 1;
  key: string | null;
}

/** Costs by one dimension, complete up to the last committed call. */
export async function readCosts(
  pool: pg.Pool,
  by: CostDimension,
  filter: CostFilter = {},
): Promise<Costs> {
  const { from, to, agent, model, user, organisation, batchId } = filter;
  const values = [from, to, agent, model, user, organisation, batchId];
  const { rows } = await pool.query<CostRow>(
    costsSql(keyColumns[by]),
    values.map((value) => value ?? null),
  );
  const items: CostItem[] = [];
  let totals: CostFigures | undefined;
  for (const { total, key, ...sums } of rows) {
    if (total === 1) totals = sums;
    else items.push({ key, ...sums });
  }
  if (!totals) throw new Error("the costs have no total");
  return { items: items.toSorted(by === "day" ? byKey : byCost), totals };
}

function byKey(a: CostItem, b: CostItem): number {
  return (a.key ?? "") < (b.key ?? "") ? -1 : 1;
}

function byCost(a: CostItem, b: CostItem): number {
  return b.costMicros - a.costMicros || b.calls - a.calls || byKey(a, b);
}
