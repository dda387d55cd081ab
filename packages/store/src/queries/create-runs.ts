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
  const { threadId, history, request, parent, labels, draft } = run;
  return JSON.stringify({
    ...{ agentId, agentName, agentVersion, input, batchId, row },
    ...{ organisation, environment, startedBy, user, economyUntil, traceId },
    ...{ threadId, history, request, parent, labels, draft },
  });
}

/** What lists find it by, as JSON; null: nothing. Text of Postgres has no NUL, nor half a character. */
function metadataOf({ request }: NewRun): string | null {
  const notes = Object.entries(request?.metadata ?? {});
  if (notes.length === 0) return null;
  const clean = (text: string) => text.replaceAll("\0", " ").toWellFormed();
  return JSON.stringify(Object.fromEntries(notes.map((note) => note.map(clean))));
}

/** Runs that stand alone are made as they are; children only while their parent runs, and is not cancelled. */
function createSql(areChildren: boolean): string {
  return `
WITH new AS (
  SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::integer[], $7::text[],
    $8::boolean[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
    $15::integer[], $16::boolean[], $17::text[], $18::text[], $19::text[]
  ) AS new (
    id, agent_id, agent_name, agent_version, batch_id, row_no, input, interactive, created,
    org_id, user_name, environment, thread_id, after_run, history_steps, held, parent_id, root_id,
    metadata
  )
), ${areChildren ? parentSql : ""} inserted AS (
  INSERT INTO run (
    id, agent_id, agent_name, agent_version, batch_id, row_no, status, input, interactive,
    org_id, user_name, environment, thread_id, after_run, history_steps, held, queued_at,
    parent_id, root_id
  )
  SELECT id, agent_id, agent_name, agent_version, batch_id, row_no, 'pending', input, interactive,
    org_id, user_name, environment, thread_id, after_run, history_steps, held,
    CASE WHEN held THEN now() END, parent_id, root_id
  FROM new ${areChildren ? "WHERE EXISTS (SELECT FROM parent)" : ""}
  ON CONFLICT (id) DO NOTHING
  RETURNING id
), created AS (
  INSERT INTO event (run_id, seq, type, data, org_id, environment)
  SELECT id, 1, 'run.created', created::json, org_id, environment FROM new JOIN inserted USING (id)
), noted AS (
  INSERT INTO run_metadata (run_id, key, value, org_id, environment)
  SELECT id, note.key, note.value, org_id, environment
  FROM new JOIN inserted USING (id), json_each_text(metadata::json) AS note
  WHERE metadata IS NOT NULL
)
SELECT pg_notify('${dueChannel}', '')`;
}

/** Whoever cancels the parent holds its row too: what is made before is found, and nothing is made after. */
const parentSql = `parent AS (
  UPDATE run SET has_children = true
  WHERE id = $20 AND epoch = $21 AND status = 'running' AND cancel_by IS NULL
  RETURNING id
),`;

const createAloneSql = createSql(false);
const createChildrenSql = createSql(true);

/**
 * Inserts children of a run, unless it is cancelled, has ended, or belongs to another epoch. Those that
 * are there already stay as they are.
 */
export async function createChildren(
  pool: pg.Pool,
  parent: { runId: string; epoch: number },
  children: NewRun[],
): Promise<void> {
  const { values } = createRunsStatement(children);
  await pool.query({
    name: "create_children",
    text: createChildrenSql,
    values: [...values, parent.runId, parent.epoch],
  });
}

/** The statement of `createRuns`, for those who create runs as part of a transaction. */
export function createRunsStatement(runs: NewRun[]): {
  name: string;
  text: string;
  values: unknown[];
} {
  return {
    name: "create_runs",
    text: createAloneSql,
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
      runs.map((run) => run.parent?.runId ?? null),
      runs.map((run) => run.parent?.rootId ?? null),
      runs.map(metadataOf),
    ],
  };
}
