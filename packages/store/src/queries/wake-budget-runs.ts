import type pg from "pg";
import { dueChannel } from "../notifier.ts";

/**
 * Makes runs due again that wait for a budget which is no longer spent (it was raised or removed, or
 * its next period has begun), and takes up batches that such a budget had paused. A batch that
 * its own budget paused waits for a person; then its runs go on too. Where something is held for calls at
 * providers' batch endpoints, only those that have room beside it are due, who came first before others.
 *
 * @returns how many runs are due
 */
export async function wakeBudgetRuns(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ woken: number }>({ name: "wake_budget_runs", text: wakeSql });
  return rows[0]?.woken ?? 0;
}

/** The budgets that runs wait for are told one by one from the index, however many runs there are. */
const wakeSql = `
WITH RECURSIVE waited (id) AS (
  (SELECT waiting_budget FROM run WHERE waiting_budget IS NOT NULL ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT (SELECT waiting_budget FROM run WHERE waiting_budget > waited.id ORDER BY 1 LIMIT 1)
  FROM waited WHERE waited.id IS NOT NULL
), stopped AS (
  SELECT s.id FROM budget_scope s JOIN budget_account a ON a.budget_id = s.id
  WHERE a.period_start = s.period_start AND a.spent_micros >= s.limit_micros
), hold AS MATERIALIZED (
  SELECT * FROM held_micros
), tight AS MATERIALIZED (
  SELECT s.id, s.limit_micros - held.micros
    - CASE WHEN a.period_start = s.period_start THEN a.spent_micros ELSE 0 END AS free
  FROM waited JOIN budget_scope s ON s.id = waited.id
  LEFT JOIN budget_account a ON a.budget_id = s.id
  CROSS JOIN LATERAL (
    SELECT sum(h.micros) AS micros FROM hold h
    WHERE budget_covers(s, h.org_id, h.user_name, h.agent_name, h.batch_id, h.model)
  ) held
  WHERE held.micros IS NOT NULL
), fitting AS MATERIALIZED (
  SELECT id FROM (
    SELECT run.id, free, sum(coalesce(run.waiting_micros, 0))
      OVER (PARTITION BY run.waiting_budget ORDER BY run.id) AS needed
    FROM tight JOIN run ON run.waiting_budget = tight.id AND run.status = 'waiting'
    WHERE free > 0
  ) AS queue
  WHERE needed <= free
), resumed AS (
  UPDATE batch SET status = 'running', paused_by = NULL, paused_budget = NULL
  WHERE status = 'paused' AND paused_by = 'budget' AND paused_budget <> id
    AND paused_budget NOT IN (SELECT id FROM stopped)
), woken AS (
  UPDATE run SET segment = segment + 1, queued_at = NULL, waiting_budget = NULL, waiting_micros = NULL
  FROM waited LEFT JOIN batch ON batch.id = waited.id
  WHERE run.waiting_budget = waited.id AND run.status = 'waiting'
    AND waited.id NOT IN (SELECT id FROM stopped)
    AND (waited.id NOT IN (SELECT id FROM tight) OR run.id IN (SELECT id FROM fitting))
    AND (batch.id IS NULL OR batch.status <> 'paused')
  RETURNING run.id
)
SELECT count(*)::integer AS woken,
  CASE WHEN count(*) > 0 THEN pg_notify('${dueChannel}', '') END
FROM woken`;
