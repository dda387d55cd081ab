import { noUsage, type ChildOutcome, type ErrorRecord, type Json } from "@flotilla/core";
import type pg from "pg";

interface OutcomeRow {
  id: string;
  status: ChildOutcome["status"];
  output: Json;
  error: ErrorRecord | null;
  tokens_in: number;
  tokens_out: number;
  cost: number;
  unpriced: number;
  labels: string[];
}

/** What became of the children of a run that have ended, each with all that lies below it, in one statement. */
export async function childOutcomes(pool: pg.Pool, childIds: string[]): Promise<ChildOutcome[]> {
  const { rows } = await pool.query<OutcomeRow>({
    name: "child_outcomes",
    text: `
      WITH RECURSIVE below AS (
        SELECT id AS child, id FROM run
        WHERE id = ANY ($1) AND status IN ('completed', 'failed', 'cancelled')
        UNION ALL
        SELECT below.child, run.id FROM below JOIN run ON run.parent_id = below.id
      ), spent AS (
        SELECT below.child, sum(run.input_tokens)::bigint AS tokens_in, sum(run.output_tokens)::bigint AS tokens_out,
          sum(cost_micros)::bigint AS cost, sum(unpriced_calls)::bigint AS unpriced
        FROM below JOIN run ON run.id = below.id GROUP BY below.child
      )
      SELECT run.id, status, output, error, tokens_in, tokens_out, cost, unpriced, ARRAY (
        SELECT DISTINCT label FROM event, json_array_elements_text(event.data->'labels') AS l (label)
        WHERE event.run_id = run.id AND event.data->'labels' IS NOT NULL
      ) AS labels FROM spent JOIN run ON run.id = spent.child
      ORDER BY run.id`,
    values: [childIds],
  });
  return rows.map(toOutcome);
}

function toOutcome(row: OutcomeRow): ChildOutcome {
  return {
    childId: row.id,
    status: row.status,
    output: row.output,
    ...(row.error && { error: row.error }),
    usage: { ...noUsage, inputTokens: row.tokens_in, outputTokens: row.tokens_out },
    costMicros: row.cost,
    costIncomplete: row.unpriced > 0,
    ...(row.labels.length > 0 && { labels: row.labels }),
  };
}
