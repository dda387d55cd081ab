import { FlotillaError, type Budget, type BudgetScope, type NewBudget } from "@flotilla/core";
import type pg from "pg";
import { budgetChannel } from "../notifier.ts";

interface BudgetRow {
  id: string;
  org_id: string | null;
  level: Budget["level"];
  subject: string;
  period: Budget["period"];
  limit_micros: number;
  alert_percent: number;
  strict: boolean;
  created_at: Date;
  period_end: Date | null;
  spent: number;
}

/** With what is spent in the present period, complete up to the last committed call. */
const budgetsSql = `
SELECT s.*, b.created_at, (
  CASE WHEN a.period_start = s.period_start THEN a.spent_micros ELSE (
    SELECT coalesce(sum(d.cost_micros), 0) FROM cost_day d
    WHERE d.day >= s.period_start
      AND budget_covers(s, d.org_id, d.user_name, d.agent_name, d.batch_id, d.model)
  ) END + (
    SELECT coalesce(sum(c.cost_micros), 0) FROM charge c
    WHERE (c.at AT TIME ZONE 'UTC')::date >= s.period_start
      AND budget_covers(s, c.org_id, c.user_name, c.agent_name, c.batch_id, c.model)
  ))::bigint AS spent
FROM budget_scope s JOIN budget b ON b.id = s.id
LEFT JOIN budget_account a ON a.budget_id = s.id`;

function toBudget(row: BudgetRow): Budget {
  const { limit_micros: limitMicros, alert_percent: alertPercent, spent } = row;
  const isNear = spent * 100 >= limitMicros * alertPercent;
  return {
    id: row.id,
    level: row.level,
    name: row.subject,
    organisation: row.org_id,
    period: row.period,
    limitMicros,
    alertPercent,
    strict: row.strict,
    createdAt: row.created_at.toISOString(),
    spentMicros: spent,
    state: spent >= limitMicros ? "spent" : isNear ? "alert" : "ok",
    periodEnd: row.period_end?.toISOString() ?? null,
  };
}

/** Sets a budget, in place of the one of the same level, name, organisation and period. */
export async function setBudget(pool: pg.Pool, budget: NewBudget): Promise<Budget> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH kept AS (
       INSERT INTO budget (id, org_id, level, subject, period, limit_micros, alert_percent, strict)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (level, subject, coalesce(org_id, ''), period) DO UPDATE SET
         limit_micros = excluded.limit_micros, alert_percent = excluded.alert_percent,
         strict = excluded.strict
       RETURNING id
     )
     SELECT id, pg_notify('${budgetChannel}', '') FROM kept`,
    [
      budget.id,
      budget.organisation,
      budget.level,
      budget.name,
      budget.period,
      budget.limitMicros,
      budget.alertPercent,
      budget.strict,
    ],
  );
  return getBudget(pool, rows[0]?.id ?? budget.id);
}

/** Throws `not_found`. */
export async function getBudget(pool: pg.Pool, id: string): Promise<Budget> {
  const { rows } = await pool.query<BudgetRow>(`${budgetsSql} WHERE s.id = $1`, [id]);
  if (!rows[0]) throw new FlotillaError("not_found", `There is no budget ${id}.`);
  return toBudget(rows[0]);
}

export async function listBudgets(pool: pg.Pool): Promise<Budget[]> {
  const { rows } = await pool.query<BudgetRow>(
    `${budgetsSql} ORDER BY s.level, s.subject, s.org_id NULLS FIRST, s.period`,
  );
  return rows.map(toBudget);
}

/** What it stopped goes on. Throws `not_found`. */
export async function removeBudget(pool: pg.Pool, id: string): Promise<void> {
  const { rowCount } = await pool.query(
    `WITH gone AS (DELETE FROM budget WHERE id = $1 RETURNING id),
       account AS (DELETE FROM budget_account USING gone WHERE budget_id = gone.id),
       lease AS (DELETE FROM budget_lease USING gone WHERE budget_id = gone.id)
     SELECT pg_notify('${budgetChannel}', '') FROM gone`,
    [id],
  );
  if (!rowCount) throw new FlotillaError("not_found", `There is no budget ${id}.`);
}

/** What a worker needs to see which calls are covered. */
export async function budgetScopes(pool: pg.Pool): Promise<BudgetScope[]> {
  const { rows } = await pool.query<BudgetScope>({
    name: "budget_scopes",
    text: "SELECT id, level, subject AS name, org_id AS organisation, strict FROM budget ORDER BY id",
  });
  return rows;
}
