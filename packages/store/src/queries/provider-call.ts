import type { EndedCall, NewProviderCall, ProviderCallOutcome, QueuedCall } from "@flotilla/core";
import type pg from "pg";
import { dueChannel } from "../notifier.ts";

/** Queues a call for a provider's batch endpoint. Queueing it twice is harmless. */
export async function queueCall(pool: pg.Pool, call: NewProviderCall): Promise<void> {
  await pool.query(
    `INSERT INTO provider_call (
       run_id, step, org_id, model, request, give_up_at, most_micros, user_name, agent_name, run_batch_id
     )
     SELECT $1, $2, $3, $4, $5, $6, $7, coalesce(user_name, ''), agent_name, coalesce(batch_id, '')
     FROM run WHERE id = $1
     ON CONFLICT DO NOTHING`,
    [
      call.runId,
      call.step,
      call.organisation,
      call.model,
      JSON.stringify(call.request),
      call.giveUpAt,
      call.mostMicros,
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
    `SELECT run_id AS "runId", org_id AS organisation, step, request FROM provider_call
     WHERE batch_id = $1 AND outcome IS NULL ORDER BY run_id`,
    [batchId],
  );
  return rows;
}

/**
 * Keeps outcomes of a batch's calls with what they cost; their runs are due in the queue. An outcome
 * that is known already stays and is not charged again, so this may be repeated.
 */
export async function endCalls(pool: pg.Pool, batchId: string, ended: EndedCall[]): Promise<void> {
  await pool.query({
    name: "end_provider_calls",
    text: `
      WITH ended AS (
        UPDATE provider_call c SET outcome = e.outcome::json
        FROM unnest($2::text[], $3::integer[], $4::text[], $5::json[]) AS e (run_id, step, outcome, charge)
        WHERE c.batch_id = $1 AND c.run_id = e.run_id AND c.step = e.step AND c.outcome IS NULL
        RETURNING c.run_id, e.charge
      ), charged AS (
        INSERT INTO charge (
          org_id, user_name, agent_name, batch_id, model, priced, failed, estimated, input_tokens,
          cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micros,
          saved_micros
        )
        SELECT run.org_id, coalesce(run.user_name, ''), run.agent_name, coalesce(run.batch_id, ''),
          c.model, c.priced, c.failed, c.estimated, (c.usage->>'inputTokens')::integer,
          (c.usage->>'cachedInputTokens')::integer, (c.usage->>'cacheWriteTokens')::integer,
          (c.usage->>'outputTokens')::integer, (c.usage->>'reasoningTokens')::integer,
          c."costMicros", c."savedMicros"
        FROM ended
        JOIN run ON run.id = ended.run_id
        CROSS JOIN json_to_record(ended.charge) AS c (
          model text, priced text, failed boolean, estimated boolean, usage json,
          "costMicros" bigint, "savedMicros" bigint
        )
        WHERE ended.charge IS NOT NULL
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
      ended.map((one) => (one.charge ? JSON.stringify(one.charge) : null)),
    ],
  });
}
