import pg from "pg";
import { eventually } from "../acceptance/eventually.ts";

/** Days before today on which the shop worked too. */
const days = 24;

/**
 * What the shop spent before today, which no request can make: days like today, fewer calls at weekends. Where runs are
 * looked at there is nothing of them; costs outlive runs.
 */
export async function addHistory(databaseUrl: string): Promise<void> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    await eventually({ what: "today's costs to be added up", timeoutMs: 60_000 }, async () => {
      const { rowCount } = await database.query(history, [days]);
      return (rowCount ?? 0) > 0 || undefined;
    });
  } finally {
    await database.end();
  }
}

/** How much busier than today a day was: by the day of the week and its number, the same each time. */
const history = `
  INSERT INTO cost_day
  SELECT today.day - ago, org_id, user_name, agent_name, batch_id, model, priced,
         (calls * busy)::bigint, failed_calls, estimated_calls, unpriced_calls,
         (input_tokens * busy)::bigint, (cached_input_tokens * busy)::bigint,
         cache_write_tokens, (output_tokens * busy)::bigint, reasoning_tokens,
         (cost_micros * busy)::bigint, estimated_micros, saved_micros
    FROM cost_day AS today,
         generate_series(1, $1::int) AS ago,
         LATERAL (SELECT (CASE WHEN extract(isodow FROM today.day - ago) > 5 THEN 0.6 ELSE 2.4 END)
                         * (1 + (ago * 37 % 11) / 10.0) AS busy)
   WHERE today.day = (now() AT TIME ZONE 'UTC')::date AND batch_id = ''
  ON CONFLICT DO NOTHING`;
