import type pg from "pg";
import { dueChannel } from "../notifier.ts";

/**
 * Makes runs due again that wait for a budget which is no longer spent (it was raised or removed, or
 * its next period has begun), and takes up batches that such a budget had paused. A batch that
 * its own budget paused waits for a person; then its runs go on too.
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
), resumed AS (
  UPDATE batch SET status = 'running', paused_by = NULL, paused_budget = NULL
  WHERE status = 'paused' AND paused_by = 'budget' AND paused_budget <> id
    AND paused_budget NOT IN (SELECT id FROM stopped)
), woken AS (
  UPDATE run SET segment = segment + 1, queued_at = NULL, waiting_budget = NULL
  FROM waited LEFT JOIN batch ON batch.id = waited.id
  WHERE run.waiting_budget = waited.id AND run.status = 'waiting'
    AND waited.id NOT IN (SELECT id FROM stopped)
    AND (batch.id IS NULL OR batch.status <> 'paused')
  RETURNING run.id
)
SELECT count(*)::integer AS woken,
  CASE WHEN count(*) > 0 THEN pg_notify('${dueChannel}', '') END
FROM woken`;
