import { defaultEnvironment, defaultOrganisation, historySteps, type NewRun } from "@flotilla/core";
import type pg from "pg";
import { dueChannel } from "../notifier.ts";

const previewLength = 200;

/** The start of a text for lists: one line, and nothing Postgres' `text` refuses. */
export function preview(text: string): string {
  return text.slice(0, previewLength).replaceAll("\0", " ").replaceAll(/\s+/g, " ").toWellFormed();
}

/**
 * Inserts runs with their first event in one statement. They are `pending` and not yet in
 * the queue (`queued_at` is null); workers are told. Held ones are in no queue.
 */
export async function createRuns(pool: pg.Pool, runs: NewRun[]): Promise<void> {
  await pool.query(createRunsStatement(runs));
}

/** The run it goes on from. */
function afterRun({ history, heldAfter }: NewRun): string | null {
  if (heldAfter !== undefined) return heldAfter;
  return history?.kind === "run" ? history.runId : null;
}

/** The data of `run.created`. */
function createdEvent(run: NewRun): string {
  const { agentId, agentName, agentVersion, input, batchId, row } = run;
  const { organisation, environment, startedBy, user, economyUntil, traceId } = run;
  const { threadId, history, request } = run;
  return JSON.stringify({
    ...{ agentId, agentName, agentVersion, input, batchId, row },
    ...{ organisation, environment, startedBy, user, economyUntil, traceId },
    ...{ threadId, history, request },
  });
}

const createSql = `
WITH new AS (
  SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::integer[], $7::text[],
    $8::boolean[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
    $15::integer[], $16::boolean[]
  ) AS new (
    id, agent_id, agent_name, agent_version, batch_id, row_no, input, interactive, created,
    org_id, user_name, environment, thread_id, after_run, history_steps, held
  )
), inserted AS (
  INSERT INTO run (
    id, agent_id, agent_name, agent_version, batch_id, row_no, status, input, interactive,
    org_id, user_name, environment, thread_id, after_run, history_steps, held, queued_at
  )
  SELECT id, agent_id, agent_name, agent_version, batch_id, row_no, 'pending', input, interactive,
    org_id, user_name, environment, thread_id, after_run, history_steps, held,
    CASE WHEN held THEN now() END
  FROM new
  ON CONFLICT (id) DO NOTHING
  RETURNING id
), created AS (
  INSERT INTO event (run_id, seq, type, data, org_id, environment)
  SELECT id, 1, 'run.created', created::json, org_id, environment FROM new JOIN inserted USING (id)
)
SELECT pg_notify('${dueChannel}', '')`;

/** The statement of `createRuns`, for those who create runs as part of a transaction. */
export function createRunsStatement(runs: NewRun[]): {
  name: string;
  text: string;
  values: unknown[];
} {
  return {
    name: "create_runs",
    text: createSql,
    values: [
      runs.map((run) => run.runId),
      runs.map((run) => run.agentId),
      runs.map((run) => run.agentName),
      runs.map((run) => run.agentVersion),
      runs.map((run) => run.batchId ?? null),
      runs.map((run) => run.row ?? null),
      runs.map((run) => preview(run.input.text)),
      runs.map((run) => run.interactive),
      runs.map(createdEvent),
      runs.map((run) => run.organisation ?? defaultOrganisation),
      runs.map((run) => run.user ?? null),
      runs.map((run) => run.environment ?? defaultEnvironment),
      runs.map((run) => run.threadId ?? null),
      runs.map(afterRun),
      runs.map((run) => historySteps(run.history ?? null)),
      runs.map((run) => run.heldAfter !== undefined),
    ],
  };
}
