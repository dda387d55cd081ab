import {
  capacityDimensions,
  type CapacityAnswer,
  type CapacityAsk,
  type CapacityNews,
  type DimensionUnits,
} from "@flotilla/core";
import type pg from "pg";
import { capacityChannel } from "../notifier.ts";

/** Live demand is forgotten after so long: its worker is gone. */
const demandMs = 10_000;

interface LeaseRow {
  now_ms: number;
  starts: number[];
  blocked_by: number | null;
  next_start: number | null;
  next_ask: number | null;
  slots: number | null;
  paused_until: number | null;
  paused_why: string | null;
  rates: (number | null)[];
  concurrency: number | null;
  share: number;
}

/**
 * Leases a slice of the near future of a bucket to a worker: gives back what an earlier slice
 * left, says what is wanted, learns when each call may start. By the database's clock alone.
 *
 * @param now for tests: the time, in Unix milliseconds
 */
export async function leaseCapacity(
  pool: pg.Pool,
  ask: CapacityAsk,
  now?: number,
): Promise<CapacityAnswer> {
  const { rows } = await pool.query<LeaseRow>({
    name: "capacity_lease",
    text: `SELECT * FROM capacity_lease(
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    values: [
      ask.bucket,
      ask.worker,
      JSON.stringify(ask.configured),
      inOrder(ask.unused),
      inOrder(ask.remaining),
      ask.wants.flatMap(({ units }) => inOrder(units)),
      ask.wants.map(({ calls }) => calls),
      ask.waiting.reduce((sum, { calls }) => sum + calls, 0),
      JSON.stringify(ask.waiting),
      ask.underWay,
      ask.slots,
      ask.horizonMs,
      ask.burstMs,
      demandMs,
      now ?? null,
    ],
  });
  return toAnswer(rows[0] as LeaseRow);
}

function inOrder(units: DimensionUnits): (number | null)[] {
  return capacityDimensions.map((dimension) => units[dimension] ?? null);
}

function toAnswer(row: LeaseRow): CapacityAnswer {
  const rates: DimensionUnits = {};
  for (const [i, dimension] of capacityDimensions.entries()) {
    const rate = row.rates[i];
    if (rate !== null && rate !== undefined) rates[dimension] = rate;
  }
  return {
    now: row.now_ms,
    starts: row.starts,
    blockedBy: row.blocked_by === null ? null : (capacityDimensions[row.blocked_by - 1] ?? null),
    nextStart: row.next_start,
    nextAsk: row.next_ask,
    slots: row.slots,
    pausedUntil: row.paused_until,
    pausedWhy: row.paused_why,
    rates,
    concurrency: row.concurrency,
    share: row.share,
  };
}

/**
 * Keeps what a provider said of its limits, and tells all workers: limits it stated, a pause it
 * asked for, or a refusal that says only that the rate was too high. Then the rate in force is
 * lowered, at most once a second; where none is known, the observed one becomes it.
 */
export async function hearCapacity(pool: pg.Pool, news: CapacityNews): Promise<void> {
  await pool.query({
    name: "capacity_hear",
    text: `WITH at AS (
        SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 AS now,
          greatest(1, (SELECT count(*) FROM worker WHERE heartbeat_at > now() - interval '6 s'))
            AS workers
      ), told AS (
        INSERT INTO capacity AS c
          (bucket, learned, guessed, guessed_at, paused_until, paused_why, refused_count)
        SELECT $1, $2, 0.7 * $3 * at.workers, CASE WHEN $3::double precision IS NULL THEN NULL ELSE at.now END,
          at.now + $4, $5, $6
        FROM at
        ON CONFLICT (bucket) DO UPDATE SET
          learned = c.learned || excluded.learned,
          guessed = CASE
            WHEN excluded.guessed IS NULL OR c.guessed_at > excluded.guessed_at - 1000 THEN c.guessed
            ELSE greatest(1, coalesce(
              0.85 * (capacity_rates(c, excluded.guessed_at))[1], excluded.guessed)) END,
          guessed_at = CASE
            WHEN excluded.guessed IS NULL OR c.guessed_at > excluded.guessed_at - 1000
            THEN c.guessed_at ELSE excluded.guessed_at END,
          paused_why = CASE WHEN excluded.paused_until > coalesce(c.paused_until, 0)
            THEN excluded.paused_why ELSE c.paused_why END,
          paused_until = greatest(c.paused_until, excluded.paused_until),
          refused_count = c.refused_count + excluded.refused_count
        RETURNING bucket
      )
      SELECT pg_notify('${capacityChannel}', bucket) FROM told`,
    values: [
      news.bucket,
      JSON.stringify(news.limits),
      news.observed,
      news.pauseMs,
      news.why,
      news.refused,
    ],
  });
}

/** Ends what a worker holds of all buckets: its calls are over. */
export async function leaveCapacity(pool: pg.Pool, worker: string): Promise<void> {
  await pool.query("DELETE FROM capacity_demand WHERE worker = $1", [worker]);
}
