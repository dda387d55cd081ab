import type pg from "pg";
import { changeChannel, dueChannel } from "../notifier.ts";

/**
 * Makes due the held runs whose thread has come to them: each run of a thread that was sent before has
 * ended. From where it goes on is known now, and told in its journal.
 *
 * @returns how many there were
 */
export async function releaseHeld(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ released: number }>({
    name: "release_held",
    text: releaseSql,
  });
  return rows[0]?.released ?? 0;
}

const releaseSql = `
WITH free AS (
  SELECT run.id, run.after_run FROM run
  WHERE run.held AND run.status = 'pending' AND NOT EXISTS (
    SELECT 1 FROM run before
    WHERE before.thread_id = run.thread_id AND before.id < run.id
      AND before.status IN ('pending', 'running', 'waiting')
  )
  FOR UPDATE OF run SKIP LOCKED
), ready AS (
  UPDATE run SET
    held = false,
    queued_at = NULL,
    history_steps = coalesce(before.history_steps + before.step_count, 0),
    changed_xid = pg_current_xact_id()
  FROM free LEFT JOIN run before ON before.id = free.after_run
  WHERE run.id = free.id
  RETURNING run.id, run.org_id, run.environment, before.id AS before, run.history_steps AS steps
), released AS (
  INSERT INTO event (run_id, seq, type, data, org_id, environment)
  SELECT id, (SELECT max(seq) + 1 FROM event WHERE run_id = ready.id), 'run.released',
    CASE WHEN before IS NULL THEN '{}'::json ELSE json_build_object('history', json_build_object(
      'kind', 'run', 'runId', before, 'seq', (SELECT max(seq) FROM event WHERE run_id = before),
      'steps', steps)) END,
    org_id, environment
  FROM ready
), told AS MATERIALIZED (
  SELECT pg_notify('${changeChannel}', id), pg_notify('${dueChannel}', '') FROM ready
)
SELECT count(*)::integer AS released FROM told`;
