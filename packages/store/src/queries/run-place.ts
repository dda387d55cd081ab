import { FlotillaError, type HistoryRef, type RunStatus } from "@flotilla/core";
import type pg from "pg";

/** What has to be known of a run to go on from it. */
export interface RunPlace {
  status: RunStatus;
  agentName: string;
  threadId: string | null;
  organisation: string;
  /** The conversation up to now. */
  history: HistoryRef;
}

/** The columns of a run that `historyOf` reads. */
export const historyColumns = `id, history_steps + step_count AS steps,
  (SELECT max(seq) FROM event WHERE run_id = run.id) AS seq`;

export interface HistoryRow {
  id: string;
  steps: number;
  seq: number;
}

/** The conversation of a run as it stands now. */
export function historyOf({ id, seq, steps }: HistoryRow) {
  return { kind: "run", runId: id, seq, steps } as const satisfies HistoryRef;
}

interface PlaceRow extends HistoryRow {
  status: RunStatus;
  agent_name: string;
  thread_id: string | null;
  org_id: string;
}

/** Throws `not_found`. */
export async function runPlace(pool: pg.Pool, runId: string): Promise<RunPlace> {
  const { rows } = await pool.query<PlaceRow>({
    text: `SELECT ${historyColumns}, status, agent_name, thread_id, org_id FROM run WHERE id = $1`,
    values: [runId],
  });
  const [row] = rows;
  if (!row) throw new FlotillaError("not_found", `There is no run ${runId}.`);
  return {
    status: row.status,
    agentName: row.agent_name,
    threadId: row.thread_id,
    organisation: row.org_id,
    history: historyOf(row),
  };
}

/**
 * Makes a run that stands alone the first one of a new thread, so that others can go on from it and it
 * is kept with them. One that is in a thread stays there, and the thread is written to.
 *
 * @returns the thread it is in now
 */
export async function adoptRun(pool: pg.Pool, runId: string, newThreadId: string): Promise<string> {
  const { rows } = await pool.query<{ thread_id: string }>({
    text: `
      WITH alone AS (
        SELECT id, org_id, environment, agent_name, input FROM run WHERE id = $1 AND thread_id IS NULL FOR UPDATE
      ), made AS (
        INSERT INTO thread (id, org_id, environment, agent_name, title, metadata)
        SELECT $2, org_id, environment, agent_name, left(input, 80), '{}' FROM alone
      ), adopted AS (
        UPDATE run SET thread_id = $2 FROM alone WHERE run.id = alone.id RETURNING run.thread_id
      ), touched AS (
        UPDATE thread SET updated_at = date_trunc('milliseconds', now())
        WHERE id = (SELECT thread_id FROM run WHERE id = $1)
      )
      SELECT thread_id FROM adopted
      UNION ALL
      SELECT thread_id FROM run WHERE id = $1 AND thread_id IS NOT NULL`,
    values: [runId, newThreadId],
  });
  // None: there is no such run, or somebody else has adopted it at this moment.
  const threadId = rows[0]?.thread_id ?? (await runPlace(pool, runId)).threadId;
  if (threadId !== null) return threadId;
  throw new FlotillaError("conflict", `Run ${runId} could not be put into a thread.`);
}
