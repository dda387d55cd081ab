import type pg from "pg";
import { asked } from "./costs.ts";

/** Figures that always go up within a day (UTC), and what waits for people now. */
export interface FleetPulse {
  /** Read and written by models since the day began. */
  tokens: number;
  costMicros: number;
  /** Some of its calls have no known price. */
  costIncomplete: boolean;
  /** Interrupts that are open. */
  inbox: number;
  /** When a budget, or a server of tools, last had something to tell; null: never. */
  newsAt: Date | null;
}

/** Of today's charges those that were added up are one day of the table, and the others few. */
export async function readFleetPulse(pool: pg.Pool): Promise<FleetPulse> {
  const { rows } = await pool.query<FleetPulse>({
    name: "fleet_pulse",
    text: `
      WITH today AS (SELECT (now() AT TIME ZONE 'UTC')::date AS day),
      spent AS (
        SELECT CASE WHEN ${asked} THEN input_tokens + output_tokens ELSE 0 END AS tokens,
          cost_micros, unpriced_calls
        FROM cost_day WHERE day = (SELECT day FROM today)
        UNION ALL
        SELECT CASE WHEN ${asked} THEN input_tokens + output_tokens ELSE 0 END,
          coalesce(cost_micros, 0), (cost_micros IS NULL)::integer
        FROM charge WHERE (at AT TIME ZONE 'UTC')::date = (SELECT day FROM today)
      )
      SELECT coalesce(sum(tokens), 0)::bigint AS "tokens",
        coalesce(sum(cost_micros), 0)::bigint AS "costMicros",
        coalesce(sum(unpriced_calls), 0) > 0 AS "costIncomplete",
        (SELECT count(*) FROM interrupt WHERE state = 'open') AS "inbox",
        greatest(
          (SELECT max(greatest(alerted_at, spent_at)) FROM budget_account),
          (SELECT max(needed_at) FROM mcp_sign_in), (SELECT max(differs_since) FROM mcp_tool)
        ) AS "newsAt"
      FROM spent`,
  });
  if (!rows[0]) throw new Error("an aggregate has no row");
  return rows[0];
}
