import type { AnalysedField, BatchAnalysis, Distribution, ErrorRecord } from "@flotilla/core";
import { sql, type RawBuilder } from "kysely";
import type { Database } from "../database.ts";

const binCount = 20;
const mostFields = 24;
const mostValues = 10;
const mostFailures = 50;
const stretchCount = 40;

/** What came out of a batch so far: four aggregates over its runs, whatever their number. */
export async function analyseBatch(db: Database, batchId: string): Promise<BatchAnalysis> {
  const [figures, fields, failures, overTime] = await Promise.all([
    runFigures(db, batchId),
    outputFields(db, batchId),
    failureGroups(db, batchId),
    endings(db, batchId),
  ]);
  const [duration = null, cost = null, tokens = null] = ["duration", "cost", "tokens"].map(
    (name) => figures.get(name) ?? null,
  );
  return { duration, cost, tokens, fields, failures, overTime };
}

interface DistributionRow extends Omit<Distribution, "bins"> {
  name: string;
  bins: { bin: number; count: number }[];
}

/** How the numbers in `numbers (name, value)`, a table of the statement, lie by name. */
const distributions = sql`
  spread AS (
    SELECT name, count(*)::integer AS count, min(value) AS min, max(value) AS max, avg(value) AS mean,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY value) AS p95
    FROM numbers GROUP BY name
  ), binned AS (
    SELECT name, bin, count(*)::integer AS count FROM (
      SELECT name, CASE WHEN min = max THEN 1
        ELSE least(${binCount}, width_bucket(value, min, max, ${binCount})) END AS bin
      FROM numbers JOIN spread USING (name)
    ) AS placed GROUP BY name, bin
  ), distributed AS (
    SELECT spread.name, spread.count, min, max, mean, median, p95,
      json_agg(json_build_object('bin', bin, 'count', binned.count)) AS bins
    FROM spread JOIN binned USING (name)
    GROUP BY spread.name, spread.count, min, max, mean, median, p95
  )`;

async function runFigures(db: Database, batchId: string): Promise<Map<string, Distribution>> {
  const { rows } = await sql<DistributionRow>`
    WITH numbers AS (
      SELECT figure.name, figure.value FROM run CROSS JOIN LATERAL (VALUES
        ('duration', (extract(epoch FROM ended_at - started_at) * 1000)::double precision),
        ('cost', cost_micros::double precision),
        ('tokens', (input_tokens + output_tokens)::double precision)
      ) AS figure (name, value)
      WHERE batch_id = ${batchId} AND row_no IS NOT NULL AND status IN ('completed', 'failed')
        AND figure.value IS NOT NULL
    ), ${distributions}
    SELECT * FROM distributed`.execute(db);
  return new Map(rows.map((row) => [row.name, toDistribution(row)]));
}

/**
 * The top fields of all results. Postgres cannot read texts with NUL or half a character, so a result that holds one
 * is left out.
 */
function fieldsOf(batchId: string): RawBuilder<unknown> {
  return sql`
    result AS MATERIALIZED (
      SELECT output FROM run
      WHERE batch_id = ${batchId} AND row_no IS NOT NULL AND status = 'completed' AND output IS NOT NULL
        AND output::text !~* '\\\\u(0000|d[89a-f])'
    ), field AS MATERIALIZED (
      SELECT key AS name, json_typeof(value) AS type, value #>> '{}' AS text
      FROM result CROSS JOIN LATERAL json_each(
        CASE json_typeof(output) WHEN 'object' THEN output ELSE json_build_object('output', output) END
      )
    )`;
}

interface FieldRow {
  name: string;
  count: number;
  distinct: number;
  numbers: DistributionRow | null;
  values: { value: string; count: number }[] | null;
}

async function outputFields(db: Database, batchId: string): Promise<AnalysedField[]> {
  const { rows } = await sql<FieldRow>`
    WITH ${fieldsOf(batchId)}, numbers AS (
      SELECT name, text::double precision AS value FROM field WHERE type = 'number'
    ), ${distributions}, counted AS (
      SELECT name, left(text, 200) AS value, count(*)::integer AS count,
        row_number() OVER (PARTITION BY name ORDER BY count(*) DESC, left(text, 200)) AS place
      FROM field WHERE type IN ('string', 'boolean') GROUP BY name, left(text, 200)
    ), listed AS (
      SELECT name, count(*)::integer AS distinct, json_agg(
        json_build_object('value', value, 'count', count) ORDER BY place
      ) FILTER (WHERE place <= ${mostValues}) AS values
      FROM counted GROUP BY name
    )
    SELECT every.name, every.count, coalesce(listed.distinct, 0) AS distinct, listed.values,
      to_json(distributed) AS numbers
    FROM (SELECT name, count(*)::integer AS count FROM field GROUP BY name) AS every
      LEFT JOIN distributed USING (name) LEFT JOIN listed USING (name)
    ORDER BY every.count DESC, every.name LIMIT ${mostFields}`.execute(db);
  return rows.map(({ name, count, distinct, numbers, values }) => ({
    name,
    count,
    distinct,
    values: values ?? [],
    numbers: numbers && toDistribution(numbers),
  }));
}

function toDistribution({ bins, name: _name, ...spread }: DistributionRow): Distribution {
  const { min, max } = spread;
  const counts = new Map(bins.map(({ bin, count }) => [bin, count]));
  if (min === max) return { ...spread, bins: [{ from: min, to: max, count: spread.count }] };
  const edge = (bin: number) => (bin === binCount ? max : min + ((max - min) * bin) / binCount);
  return {
    ...spread,
    bins: Array.from({ length: binCount }, (_, bin) => ({
      ...{ from: edge(bin), to: edge(bin + 1), count: counts.get(bin + 1) ?? 0 },
    })),
  };
}

async function failureGroups(db: Database, batchId: string): Promise<BatchAnalysis["failures"]> {
  const { rows } = await sql<{
    fingerprint: string | null;
    count: number;
    row: number;
    error: ErrorRecord;
  }>`
    SELECT fingerprint, count(*)::integer AS count, min(row_no) AS row,
      (array_agg(error ORDER BY row_no))[1] AS error
    FROM (
      SELECT fingerprint, row_no, error FROM run
      WHERE batch_id = ${batchId} AND row_no IS NOT NULL AND status = 'failed'
      UNION ALL
      SELECT fingerprint, row_no, error FROM batch_row
      WHERE batch_id = ${batchId} AND error IS NOT NULL
    ) AS failed
    GROUP BY fingerprint ORDER BY count(*) DESC, min(row_no) LIMIT ${mostFailures}`.execute(db);
  return rows;
}

async function endings(db: Database, batchId: string): Promise<BatchAnalysis["overTime"]> {
  const { rows } = await sql<{
    from: Date;
    completed: number;
    failed: number;
    cancelled: number;
  }>`
    WITH ended AS (
      SELECT ended_at, status FROM run
      WHERE batch_id = ${batchId} AND row_no IS NOT NULL AND ended_at IS NOT NULL
    ), span AS (
      SELECT min(ended_at) AS first, greatest(max(ended_at) - min(ended_at), interval '1 s') AS length FROM ended
    )
    SELECT first + stretch * length / ${stretchCount} AS "from",
      count(*) FILTER (WHERE status = 'completed')::integer AS completed,
      count(*) FILTER (WHERE status = 'failed')::integer AS failed,
      count(*) FILTER (WHERE status = 'cancelled')::integer AS cancelled
    FROM span CROSS JOIN generate_series(0, ${stretchCount} - 1) AS stretch LEFT JOIN ended ON stretch = least(
      ${stretchCount} - 1,
      floor(extract(epoch FROM ended_at - first) / extract(epoch FROM length) * ${stretchCount})
    )
    WHERE first IS NOT NULL
    GROUP BY stretch, first, length ORDER BY stretch`.execute(db);
  return rows.map(({ from, completed, failed, cancelled }) => ({
    from: from.toISOString(),
    completed,
    failed,
    cancelled,
  }));
}
