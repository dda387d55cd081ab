import { grantLease, type BudgetAsk, type BudgetLease } from "@flotilla/core";
import type pg from "pg";
import { inTransaction } from "../transaction.ts";
import { rollUpLock } from "./roll-up-charges.ts";

/** A worker that is not heard of for so long has no lease any more. */
const leaseSeconds = 15;

interface ScopeRow {
  id: string;
  level: string;
  subject: string;
  limit_micros: number;
  alert_percent: number;
  strict: boolean;
  period_end: Date | null;
  current: boolean;
  spent: number | null;
  alerted: boolean;
  stopped: boolean;
  leased: number;
  held: number;
}

/**
 * Exchanges a worker's leases of budgets for what it asks now. The accounts are locked, in order of
 * their ids, while it is reckoned what each has left. A budget that does not exist (any more) has no
 * place in the answer.
 */
export async function leaseBudgets(
  pool: pg.Pool,
  worker: string,
  asks: BudgetAsk[],
): Promise<BudgetLease[]> {
  const ids = asks.map((ask) => ask.budgetId);
  for (;;) {
    const leases = await inTransaction(pool, async (client) => {
      const { rows: accounts } = await client.query<{ budget_id: string }>(
        `SELECT budget_id FROM budget_account WHERE budget_id = ANY ($1)
         ORDER BY budget_id FOR UPDATE`,
        [ids],
      );
      const locked = new Set(accounts.map((account) => account.budget_id));
      // A statement of its own: it sees what was committed until the locks were had.
      const { rows } = await client.query<ScopeRow>({
        name: "budget_states",
        text: statesSql,
        values: [ids, worker],
      });
      // One that was opened in between is not locked.
      if (rows.some((row) => !row.current || !locked.has(row.id))) return null;
      const granted = rows.map((row) => grant(row, asks));
      await keep(client, worker, ids, granted);
      return granted;
    });
    if (leases) return leases;
    await openAccounts(pool, ids);
  }
}

/** What is held moves to what is spent in one statement (`endCalls`), so it is in one of the two. */
const statesSql = `
WITH hold AS MATERIALIZED (SELECT * FROM held_micros)
SELECT s.id, s.level, s.subject, s.limit_micros, s.alert_percent, s.strict, s.period_end,
  a.period_start IS NOT DISTINCT FROM s.period_start AS current,
  a.spent_micros + coalesce(pending.cost, 0) AS spent,
  a.alerted_at IS NOT NULL AS alerted, a.spent_at IS NOT NULL AS stopped,
  coalesce(leased.micros, 0) AS leased, coalesce(held.micros, 0) AS held
FROM budget_scope s
LEFT JOIN budget_account a ON a.budget_id = s.id
LEFT JOIN LATERAL (
  SELECT sum(c.cost_micros)::bigint AS cost FROM charge c
  WHERE (c.at AT TIME ZONE 'UTC')::date >= s.period_start
    AND budget_covers(s, c.org_id, c.user_name, c.agent_name, c.batch_id, c.model)
) pending ON true
LEFT JOIN LATERAL (
  SELECT sum(l.micros)::bigint AS micros FROM budget_lease l
  WHERE l.budget_id = s.id AND l.worker <> $2 AND l.expires_at > now()
) leased ON true
LEFT JOIN LATERAL (
  SELECT sum(h.micros)::bigint AS micros FROM hold h
  WHERE budget_covers(s, h.org_id, h.user_name, h.agent_name, h.batch_id, h.model)
) held ON true
WHERE s.id = ANY ($1)`;

function grant(row: ScopeRow, asks: BudgetAsk[]): BudgetLease {
  const { limit_micros: limitMicros, leased, held: heldMicros } = row;
  const spentMicros = row.spent ?? 0;
  const ask = asks.find((one) => one.budgetId === row.id);
  const isSpent = spentMicros >= limitMicros;
  const isNear = spentMicros * 100 >= limitMicros * row.alert_percent;
  const state = { limitMicros, spentMicros, othersMicros: leased + heldMicros };
  return {
    budgetId: row.id,
    name: `${row.level} ${row.subject}`,
    leaseMicros: ask ? grantLease(state, ask) : 0,
    limitMicros,
    spentMicros,
    heldMicros,
    strict: row.strict,
    until: row.period_end?.toISOString() ?? null,
    news: isSpent && !row.stopped ? "spent" : isNear && !row.alerted ? "alert" : null,
  };
}

async function keep(
  client: pg.PoolClient,
  worker: string,
  ids: string[],
  leases: BudgetLease[],
): Promise<void> {
  const held = leases.filter((lease) => lease.leaseMicros > 0);
  await client.query({
    name: "keep_budget_leases",
    text: `
      WITH held AS (
        INSERT INTO budget_lease (budget_id, worker, micros, expires_at)
        SELECT id, $1, micros, now() + interval '${leaseSeconds} seconds'
        FROM unnest($3::text[], $4::bigint[]) AS h (id, micros)
        ON CONFLICT (budget_id, worker) DO UPDATE SET
          micros = excluded.micros, expires_at = excluded.expires_at
      ), returned AS (
        DELETE FROM budget_lease
        WHERE worker = $1 AND budget_id = ANY ($2) AND NOT budget_id = ANY ($3)
      )
      UPDATE budget_account a SET
        alerted_at = coalesce(a.alerted_at, now()),
        spent_at = CASE WHEN n.news = 'spent' THEN coalesce(a.spent_at, now()) ELSE a.spent_at END
      FROM unnest($5::text[], $6::text[]) AS n (id, news)
      WHERE a.budget_id = n.id AND n.news IS NOT NULL`,
    values: [
      worker,
      ids,
      held.map((lease) => lease.budgetId),
      held.map((lease) => lease.leaseMicros),
      leases.map((lease) => lease.budgetId),
      leases.map((lease) => lease.news),
    ],
  });
}

/**
 * Opens the accounts of budgets that have none for the present period, at what was rolled up in it so
 * far. The roll-up stands still meanwhile, so that nothing is counted twice or left out.
 */
async function openAccounts(pool: pg.Pool, ids: string[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [rollUpLock]);
    await client.query(
      `INSERT INTO budget_account AS a (budget_id, period_start, spent_micros)
       SELECT s.id, s.period_start, coalesce((
         SELECT sum(d.cost_micros) FROM cost_day d
         WHERE d.day >= s.period_start
           AND budget_covers(s, d.org_id, d.user_name, d.agent_name, d.batch_id, d.model)
       ), 0)
       FROM budget_scope s WHERE s.id = ANY ($1) ORDER BY s.id
       ON CONFLICT (budget_id) DO UPDATE SET
         period_start = excluded.period_start, spent_micros = excluded.spent_micros,
         alerted_at = NULL, spent_at = NULL
       WHERE a.period_start <> excluded.period_start`,
      [ids],
    );
  });
}

/** Gives up all leases of a worker. */
export async function returnBudgets(pool: pg.Pool, worker: string): Promise<void> {
  await pool.query("DELETE FROM budget_lease WHERE worker = $1", [worker]);
}
