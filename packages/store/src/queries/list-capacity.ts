import { capacityDimensions, type BucketState, type WaitingCalls } from "@flotilla/core";
import type pg from "pg";

interface StateRow {
  bucket: string;
  rates: (number | null)[];
  sources: (string | null)[];
  used: number[] | null;
  concurrency: number | null;
  concurrency_source: "configured" | "learned" | null;
  under_way: number;
  waiting: WaitingCalls[] | null;
  paused_until: number | null;
  paused_why: string | null;
  granted: number;
  refused: number;
}

/** The buckets that have limits, or had a pause: how full they are, who waits, and why. */
export async function listCapacity(pool: pg.Pool): Promise<BucketState[]> {
  const { rows } = await pool.query<StateRow>({
    name: "list_capacity",
    text: `WITH at AS (
        SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 AS now
      ), live AS (
        SELECT d.bucket, d.in_use, d.waiting FROM capacity_demand d, at WHERE d.expires_at > at.now
      )
      SELECT c.bucket, capacity_rates(c, at.now) AS rates,
        ARRAY[
          CASE WHEN c.configured ? 'requestsPerMinute' THEN 'configured'
            WHEN c.guessed IS NULL THEN 'learned'
            WHEN (capacity_rates(c, at.now))[1] = (c.learned->>'requestsPerMinute')::float THEN 'learned'
            ELSE 'observed' END,
          CASE WHEN c.configured ? 'tokensPerMinute' THEN 'configured' ELSE 'learned' END,
          CASE WHEN c.configured ? 'inputTokensPerMinute' THEN 'configured' ELSE 'learned' END,
          CASE WHEN c.configured ? 'outputTokensPerMinute' THEN 'configured' ELSE 'learned' END,
          'configured'
        ] AS sources,
        ARRAY(
          SELECT coalesce(sum(u.units[d]), 0) FROM generate_series(1, 5) d
          LEFT JOIN capacity_use u ON u.bucket = c.bucket AND u.stretch > floor(at.now / 5000) - 12
          GROUP BY d ORDER BY d
        ) AS used,
        ((c.learned || c.configured)->>'concurrency')::integer AS concurrency,
        CASE WHEN c.configured ? 'concurrency' THEN 'configured' ELSE 'learned' END AS concurrency_source,
        (SELECT coalesce(sum(in_use), 0) FROM live WHERE live.bucket = c.bucket) AS under_way,
        (SELECT json_agg(w) FROM live, jsonb_array_elements(live.waiting) w
         WHERE live.bucket = c.bucket) AS waiting,
        CASE WHEN c.paused_until > at.now THEN c.paused_until END AS paused_until,
        CASE WHEN c.paused_until > at.now THEN c.paused_why END AS paused_why,
        c.granted_count AS granted, c.refused_count AS refused
      FROM capacity c, at ORDER BY c.bucket`,
  });
  return rows.map(toState);
}

function toState(row: StateRow): BucketState {
  const limits = capacityDimensions.flatMap((of, i) => {
    const perMinute = row.rates[i];
    if (perMinute === null || perMinute === undefined) return [];
    const source = row.sources[i] as "configured" | "learned" | "observed";
    return [{ of, perMinute, source, used: Math.max(0, row.used?.[i] ?? 0) }];
  });
  return {
    bucket: row.bucket,
    limits,
    concurrency:
      row.concurrency === null
        ? null
        : { limit: row.concurrency, source: row.concurrency_source ?? "learned" },
    underWay: row.under_way,
    waiting: addUp(row.waiting ?? []),
    pausedUntil: row.paused_until === null ? null : new Date(row.paused_until).toISOString(),
    pausedWhy: row.paused_why,
    granted: row.granted,
    refused: row.refused,
  };
}

/** Of all workers, those with the most calls first. */
function addUp(waiting: WaitingCalls[]): WaitingCalls[] {
  const sums = new Map<string, WaitingCalls>();
  for (const one of waiting) {
    const key = `${one.organisation} ${one.interactive}`;
    const sum = sums.get(key);
    if (sum) sum.calls += one.calls;
    else sums.set(key, { ...one });
  }
  return [...sums.values()].toSorted((a, b) => b.calls - a.calls);
}
