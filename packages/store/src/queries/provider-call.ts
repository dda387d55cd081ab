import type { NewProviderCall, ProviderCallOutcome, QueuedCall } from "@flotilla/core";
import type pg from "pg";
import { dueChannel } from "../notifier.ts";

/** Queues a call for a provider's batch endpoint. Queueing it twice is harmless. */
export async function queueCall(pool: pg.Pool, call: NewProviderCall): Promise<void> {
  await pool.query(
    `INSERT INTO provider_call (run_id, step, org_id, model, request, give_up_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [
      call.runId,
      call.step,
      call.organisation,
      call.model,
      JSON.stringify(call.request),
      call.giveUpAt,
    ],
  );
}

/** What became of a queued call: undefined when it was never queued, null while nothing is known. */
export async function callOutcome(
  pool: pg.Pool,
  runId: string,
  step: number,
): Promise<ProviderCallOutcome | null | undefined> {
  const { rows } = await pool.query<{ outcome: ProviderCallOutcome | null }>(
    "SELECT outcome FROM provider_call WHERE run_id = $1 AND step = $2",
    [runId, step],
  );
  return rows[0]?.outcome;
}

/** The calls of a batch that have no outcome yet. */
export async function openCalls(pool: pg.Pool, batchId: string): Promise<QueuedCall[]> {
  const { rows } = await pool.query<QueuedCall>(
    `SELECT run_id AS "runId", step, request FROM provider_call
     WHERE batch_id = $1 AND outcome IS NULL ORDER BY run_id`,
    [batchId],
  );
  return rows;
}

/**
 * Keeps outcomes of a batch's calls; their runs are due in the queue. An outcome that is known
 * already stays, so this may be repeated.
 */
export async function endCalls(
  pool: pg.Pool,
  batchId: string,
  ended: { runId: string; step: number; outcome: ProviderCallOutcome }[],
): Promise<void> {
  await pool.query({
    name: "end_provider_calls",
    text: `
      WITH ended AS (
        UPDATE provider_call c SET outcome = e.outcome::json
        FROM unnest($2::text[], $3::integer[], $4::text[]) AS e (run_id, step, outcome)
        WHERE c.batch_id = $1 AND c.run_id = e.run_id AND c.step = e.step AND c.outcome IS NULL
        RETURNING c.run_id
      ), woken AS (
        UPDATE run SET segment = run.segment + 1, queued_at = NULL
        FROM ended
        WHERE run.id = ended.run_id AND run.status = 'waiting'
      ), counted AS (
        UPDATE provider_batch SET ended_calls = ended_calls + (SELECT count(*) FROM ended)
        WHERE id = $1
      )
      SELECT pg_notify('${dueChannel}', '')`,
    values: [
      batchId,
      ended.map((one) => one.runId),
      ended.map((one) => one.step),
      ended.map((one) => JSON.stringify(one.outcome)),
    ],
  });
}
