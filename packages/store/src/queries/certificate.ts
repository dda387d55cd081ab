import {
  certify,
  FlotillaError,
  type BucketUse,
  type CapacityLimits,
  type Certificate,
  type Waited,
} from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** The certificate of a batch: that of its end, else as it stands now. Throws `not_found`. */
export async function batchCertificate(db: Database, batchId: string): Promise<Certificate> {
  const batch = await db
    .selectFrom("batch")
    .select(["status", "certificate"])
    .where("id", "=", batchId)
    .executeTakeFirst();
  if (!batch) throw new FlotillaError("not_found", `There is no batch ${batchId}.`);
  if (batch.certificate && batch.status === "completed") return batch.certificate;
  return measureBatch(db, batchId);
}

/** Keeps the certificate of a batch that has ended: limits change, and old journals go. */
export async function keepCertificate(db: Database, batchId: string): Promise<void> {
  const certificate = JSON.stringify(await measureBatch(db, batchId));
  await db.updateTable("batch").set({ certificate }).where("id", "=", batchId).execute();
}

async function measureBatch(db: Database, batchId: string): Promise<Certificate> {
  const [times, buckets, criticalPathMs] = await Promise.all([
    readTimes(db, batchId),
    readBuckets(db, batchId),
    readCriticalPath(db, batchId),
  ]);
  return certify({ batchId, ...times, buckets, criticalPathMs });
}

async function readTimes(db: Database, batchId: string) {
  const { rows } = await sql<{ isFinal: boolean; makespanMs: number }>`
    SELECT status IN ('completed', 'cancelled') AS "isFinal",
      coalesce(extract(epoch FROM coalesce(ended_at, now()) - started_at) * 1000, 0)
        ::double precision AS "makespanMs"
    FROM batch WHERE id = ${batchId}`.execute(db);
  return rows[0] ?? { isFinal: false, makespanMs: 0 };
}

interface UseRow {
  bucket: string;
  limits: CapacityLimits | null;
  waited: Waited | null;
  requests: number;
  input: number;
  cached: number;
  output: number;
  cost: number;
  peak_requests: number;
  peak_tokens: number;
  refused: number;
}

/**
 * Attempts that asked the provider, by bucket. One began when it was answered, less the time
 * that took; an attempt whose answer came from the cache or another run's call asked nobody.
 */
async function readBuckets(db: Database, batchId: string): Promise<BucketUse[]> {
  const { rows } = await sql<UseRow>`
    WITH batch_event AS MATERIALIZED (
      SELECT e.run_id, e.type, e.at, e.data, e.data->>'step' AS step, e.data->>'attempt' AS attempt
      FROM run JOIN event e ON e.run_id = run.id
      WHERE run.batch_id = ${batchId} AND e.seq > coalesce(run.fork_seq, 0)
        AND e.type IN ('step.started', 'step.restarted', 'step.completed', 'step.failed')
    ), ended AS MATERIALIZED (
      SELECT split_part(s.data->>'model', '?', 1) AS bucket, e.data->'waited' AS waited,
        e.at - coalesce((e.data->>'ms')::double precision, 0) * interval '1 millisecond' AS began,
        coalesce((e.data->'usage'->>'inputTokens')::bigint, 0) AS input,
        coalesce((e.data->'usage'->>'cachedInputTokens')::bigint, 0) AS cached,
        coalesce((e.data->'usage'->>'outputTokens')::bigint, 0) AS output,
        coalesce((e.data->>'costMicros')::bigint, 0) AS cost,
        e.data->'error'->'details'->>'status' = '429' AS refused,
        coalesce(e.data->>'priced', 'call') = 'call' AND (
          e.type = 'step.completed' OR e.data->'usage' IS NOT NULL
          OR e.data->'error'->'details'->>'status' IS NOT NULL
        ) AS asked
      FROM batch_event e JOIN batch_event s ON s.run_id = e.run_id AND s.step = e.step
        AND s.attempt = e.attempt AND s.type IN ('step.started', 'step.restarted')
      WHERE e.type IN ('step.completed', 'step.failed')
    ), minute AS (
      SELECT bucket, input, cached, output, cost, refused,
        count(*) OVER w AS requests_then, sum(input + output) OVER w AS tokens_then
      FROM ended WHERE asked
      WINDOW w AS (PARTITION BY bucket ORDER BY began
        RANGE BETWEEN interval '60 s' PRECEDING AND CURRENT ROW)
    ), used AS (
      SELECT bucket, count(*) AS requests, sum(input)::bigint AS input,
        sum(cached)::bigint AS cached, sum(output)::bigint AS output, sum(cost)::bigint AS cost,
        max(requests_then) AS peak_requests, max(tokens_then)::bigint AS peak_tokens,
        count(*) FILTER (WHERE refused) AS refused
      FROM minute GROUP BY bucket
    ), waits AS (
      SELECT bucket, json_object_agg(cause, ms) AS waited FROM (
        SELECT bucket, w.key AS cause, sum(w.value::double precision) AS ms
        FROM ended, json_each_text(waited) w GROUP BY bucket, w.key
      ) summed GROUP BY bucket
    )
    SELECT used.*, waits.waited, c.learned || c.configured AS limits
    FROM used LEFT JOIN waits USING (bucket) LEFT JOIN capacity c USING (bucket)
    ORDER BY bucket`.execute(db);
  return rows.map((row) => ({
    bucket: row.bucket,
    limits: row.limits ?? {},
    requests: row.requests,
    inputTokens: row.input,
    cachedInputTokens: row.cached,
    outputTokens: row.output,
    costMicros: row.cost,
    peakRequests: row.peak_requests,
    peakTokens: row.peak_tokens,
    refused: row.refused,
    waited: row.waited ?? {},
  }));
}

/** The longest run of a batch, as if nothing had waited: its model calls, and of each step's tools the slowest. */
async function readCriticalPath(db: Database, batchId: string): Promise<number> {
  const { rows } = await sql<{ ms: number }>`
    WITH work AS (
      SELECT run_id, sum(ms) AS ms FROM (
        SELECT e.run_id, max((e.data->>'ms')::double precision) AS ms
        FROM run JOIN event e ON e.run_id = run.id
        WHERE run.batch_id = ${batchId} AND e.seq > coalesce(run.fork_seq, 0)
          AND e.type IN ('step.completed', 'effect.done')
          AND coalesce(e.data->>'priced', 'call') = 'call'
        GROUP BY e.run_id, e.type, coalesce(e.data->>'step', split_part(e.data->>'callId', '-', 1))
      ) part GROUP BY run_id
    )
    SELECT coalesce(max(ms), 0) AS ms FROM work`.execute(db);
  return rows[0]?.ms ?? 0;
}
