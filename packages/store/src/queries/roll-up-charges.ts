import type pg from "pg";
import { inTransaction } from "../transaction.ts";

/** One roll-up at a time: it is the only one who takes charges away. */
export const rollUpLock = 5_001;
const mostCharges = 20_000;

/**
 * Adds charges up by day, books them on the accounts of budgets, and takes them away, in one statement: each is in one of the two tables
 * and never in both, whatever crashes. While another worker is at it this one does nothing.
 *
 * @returns how many there were; call again while it is as many as fit into one statement
 */
export async function rollUpCharges(
  pool: pg.Pool,
  limit = mostCharges,
): Promise<{ charges: number; isMore: boolean }> {
  return inTransaction(pool, async (client) => {
    // Before the statement that counts: it must see the accounts that were opened until now.
    const lock = await client.query<{ mine: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${rollUpLock}) AS mine`,
    );
    if (!lock.rows[0]?.mine) return { charges: 0, isMore: false };
    const { rows } = await client.query<{ charges: number }>({
      name: "roll_up_charges",
      text: rollUpSql,
      values: [limit],
    });
    const charges = rows[0]?.charges ?? 0;
    return { charges, isMore: charges === limit };
  });
}

const rollUpSql = `
WITH taken AS (
  DELETE FROM charge
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM charge LIMIT $1
  ))
  RETURNING *
), summed AS (
  SELECT
    (at AT TIME ZONE 'UTC')::date AS day, org_id, user_name, agent_name, batch_id, model, priced,
    count(*) AS calls,
    count(*) FILTER (WHERE failed) AS failed,
    count(*) FILTER (WHERE estimated) AS estimated,
    count(*) FILTER (WHERE cost_micros IS NULL) AS unpriced,
    sum(input_tokens) AS input, sum(cached_input_tokens) AS cached,
    sum(cache_write_tokens) AS written, sum(output_tokens) AS output,
    sum(reasoning_tokens) AS reasoning,
    coalesce(sum(cost_micros), 0) AS cost,
    coalesce(sum(cost_micros) FILTER (WHERE estimated), 0) AS estimated_cost,
    sum(saved_micros) AS saved
  FROM taken GROUP BY 1, 2, 3, 4, 5, 6, 7
), added AS (
  INSERT INTO cost_day AS d (
    day, org_id, user_name, agent_name, batch_id, model, priced, calls, failed_calls,
    estimated_calls, unpriced_calls, input_tokens, cached_input_tokens, cache_write_tokens,
    output_tokens, reasoning_tokens, cost_micros, estimated_micros, saved_micros
  )
  SELECT * FROM summed
  ON CONFLICT (day, org_id, user_name, agent_name, batch_id, model, priced) DO UPDATE SET
    calls = d.calls + excluded.calls,
    failed_calls = d.failed_calls + excluded.failed_calls,
    estimated_calls = d.estimated_calls + excluded.estimated_calls,
    unpriced_calls = d.unpriced_calls + excluded.unpriced_calls,
    input_tokens = d.input_tokens + excluded.input_tokens,
    cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
    cache_write_tokens = d.cache_write_tokens + excluded.cache_write_tokens,
    output_tokens = d.output_tokens + excluded.output_tokens,
    reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
    cost_micros = d.cost_micros + excluded.cost_micros,
    estimated_micros = d.estimated_micros + excluded.estimated_micros,
    saved_micros = d.saved_micros + excluded.saved_micros
), due AS (
  SELECT s.id, sum(summed.cost)::bigint AS cost
  FROM summed
  JOIN budget_scope s ON budget_covers(
    s, summed.org_id, summed.user_name, summed.agent_name, summed.batch_id, summed.model
  )
  JOIN budget_account a ON a.budget_id = s.id AND summed.day >= a.period_start
  GROUP BY s.id
), locked AS MATERIALIZED (
  -- In the order in which leases are given.
  SELECT budget_id FROM budget_account WHERE budget_id IN (SELECT id FROM due)
  ORDER BY budget_id FOR UPDATE
), booked AS (
  UPDATE budget_account a SET spent_micros = a.spent_micros + due.cost
  FROM due JOIN locked ON locked.budget_id = due.id
  WHERE a.budget_id = due.id
)
SELECT count(*)::integer AS charges FROM taken`;
