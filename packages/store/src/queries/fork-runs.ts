import {
  defaultEnvironment,
  FlotillaError,
  historySteps,
  notCopied,
  toFlotillaError,
  type Event,
  type ForkedJournal,
  type ForkOrder,
} from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import { dueChannel } from "../notifier.ts";
import { preview } from "./create-runs.ts";
import { toEvent, type EventRow } from "./event.ts";

/** A fork that is wanted of a run. */
export interface NewFork {
  source: string;
  order: ForkOrder;
}

/** Makes the beginning of a fork out of its source's journal; see `forkJournal`. */
export type PlanFork = (events: Event[], order: ForkOrder) => ForkedJournal;

/**
 * Creates one fork, due in the queue, or nothing. One whose id exists is not made again. Throws `not_found`
 * for its source, `conflict` while that waits for its thread, and what `plan` throws.
 */
export async function forkRun(db: Database, fork: NewFork, plan: PlanFork): Promise<void> {
  const [error] = await db.transaction().execute((tx) => forkRuns(tx, [fork], plan));
  if (error) throw error;
}

/**
 * Creates forks with the copies of their sources' events, due in the queue, as part of a transaction.
 *
 * @returns for each what is wrong with it, and then it was not made; null: nothing
 */
export async function forkRuns(
  tx: Database,
  forks: NewFork[],
  plan: PlanFork,
): Promise<(FlotillaError | null)[]> {
  const sources = await readSources(tx, [...new Set(forks.map(({ source }) => source))]);
  const planned: Planned[] = [];
  const errors = forks.map(({ source, order }) => {
    try {
      const found = sources.get(source);
      if (!found) throw new FlotillaError("not_found", `There is no run ${source}.`);
      if (found.held) throw heldBack(source);
      planned.push({ order, source: found, ...plan(found.events, order) });
      return null;
    } catch (thrown) {
      return toFlotillaError(thrown);
    }
  });
  if (planned.length > 0) await insertForks(tx, planned);
  return errors;
}

function heldBack(source: string): FlotillaError {
  return new FlotillaError("conflict", `Run ${source} waits for its thread.`, {
    remedy: "Fork it once the runs before it have ended.",
  });
}

interface Source {
  id: string;
  org_id: string;
  after_run: string | null;
  history_steps: number;
  held: boolean;
  events: Event[];
}

type Planned = ForkedJournal & { order: ForkOrder; source: Source };

/** Locked against deletion, not against what their workers do. */
async function readSources(tx: Database, ids: string[]): Promise<Map<string, Source>> {
  const { rows } = await sql<
    Omit<Source, "events"> & { events: Omit<EventRow, "run_id">[] | null }
  >`
    WITH source AS (
      SELECT id, org_id, after_run, history_steps, held AND status = 'pending' AS held
      FROM run WHERE id = ANY(${ids}::text[]) FOR KEY SHARE
    )
    SELECT source.*, (
      SELECT json_agg(json_build_object('seq', seq, 'at', at, 'type', type, 'data', data) ORDER BY seq)
      FROM event WHERE run_id = source.id AND type <> 'step.delta'
    ) AS events
    FROM source`.execute(tx);
  return new Map(
    rows.map(({ events, ...row }) => [
      row.id,
      { ...row, events: (events ?? []).map((one) => toEvent({ run_id: row.id, ...one })) },
    ]),
  );
}

function dataOf({ type: _type, ...data }: ForkedJournal["created"] | ForkedJournal["forked"]) {
  return JSON.stringify(data);
}

async function insertForks(tx: Database, forks: Planned[]): Promise<void> {
  const column = <T>(value: (fork: Planned) => T): T[] => forks.map(value);
  await sql`
    WITH new AS (
      SELECT * FROM unnest(
        ${column(({ order }) => order.runId)}::text[],
        ${column(({ source }) => source.id)}::text[],
        ${column(({ through }) => through)}::integer[],
        ${column(({ run }) => run.agentId)}::text[],
        ${column(({ run }) => run.agentName)}::text[],
        ${column(({ run }) => run.agentVersion)}::integer[],
        ${column(({ run }) => run.batchId)}::text[],
        ${column(({ run }) => run.row)}::integer[],
        ${column(({ run }) => preview(run.input.text))}::text[],
        ${column(({ order }) => order.interactive)}::boolean[],
        ${column(({ source }) => source.org_id)}::text[],
        ${column(({ run }) => run.user)}::text[],
        ${column(({ run }) => run.environment ?? defaultEnvironment)}::text[],
        ${column(({ source }) => source.after_run)}::text[],
        ${column(({ run }) => historySteps(run.history) + run.stepCount)}::integer[],
        ${column(({ created }) => dataOf(created))}::text[],
        ${column(({ forked }) => dataOf(forked))}::text[]
      ) AS new (
        id, source, through, agent_id, agent_name, agent_version, batch_id, row_no, input,
        interactive, org_id, user_name, environment, after_run, history_steps, created, forked
      )
    ), inserted AS (
      INSERT INTO run (
        id, forked_from, fork_seq, agent_id, agent_name, agent_version, batch_id, row_no, status,
        input, interactive, org_id, user_name, environment, after_run, history_steps
      )
      SELECT id, source, through + 1, agent_id, agent_name, agent_version, batch_id, row_no,
        'pending', input, interactive, org_id, user_name, environment, after_run, history_steps
      FROM new
      ON CONFLICT (id) DO NOTHING
      RETURNING id
    ), copied AS (
      INSERT INTO event (run_id, seq, at, type, data, org_id, environment)
      SELECT new.id, e.seq, e.at, e.type,
        CASE e.type WHEN 'run.created' THEN new.created::json ELSE e.data END,
        new.org_id, new.environment
      FROM new JOIN inserted USING (id)
      JOIN event e ON e.run_id = new.source AND e.seq <= new.through
      WHERE e.type <> ALL(${[...notCopied]}::text[])
    ), forked AS (
      INSERT INTO event (run_id, seq, type, data, org_id, environment)
      SELECT id, through + 1, 'run.forked', forked::json, org_id, environment
      FROM new JOIN inserted USING (id)
    ), noted AS (
      INSERT INTO run_metadata (run_id, key, value, org_id, environment)
      SELECT new.id, note.key, note.value, note.org_id, note.environment
      FROM new JOIN inserted USING (id) JOIN run_metadata AS note ON note.run_id = new.source
    )
    SELECT pg_notify(${dueChannel}, '')`.execute(tx);
}
