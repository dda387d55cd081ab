import type { BatchTick, JsonObject, ReleasableBatch, RowMakers } from "@flotilla/core";
import { CompiledQuery, sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";
import { createRunsStatement } from "./create-runs.ts";
import { forksAtOnce, releaseForks } from "./release-forks.ts";

/** Most rows released in one transaction. */
const chunk = 250;
/**
 * Released rows that nobody has put into the queue yet. More would only be looked through in vain when the next
 * ones are chosen, and ten thousand released at once hold up what a person waits for.
 */
const mostAhead = 1_000;

/** Running batches, those with the highest priority first. */
export async function runningBatches(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom("batch")
    .select("id")
    .where("status", "=", "running")
    .orderBy("priority", "desc")
    .orderBy("id")
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Moves a running batch on by one step, in one transaction: tops up its runs in flight to its
 * concurrency with the next rows, or pauses it when its budget is spent, or completes it when
 * every row has ended. Workers may all call it; the batch's row lock lets one at a time do it.
 *
 * A batch of forks is moved on in the same way.
 */
export async function tickBatch(
  db: Database,
  batchId: string,
  makers: RowMakers,
): Promise<BatchTick> {
  return db.transaction().execute(async (tx): Promise<BatchTick> => {
    const batch = await lockRunning(tx, batchId);
    if (!batch) return { kind: "idle" };
    const changing = tx.updateTable("batch").where("id", "=", batchId);
    const { inFlight, ahead, unended, spentBudget, isWaitedFor } = await flight(tx, batch);
    const remaining = batch.released_row < batch.row_count;
    if (spentBudget !== null && (remaining || isWaitedFor)) {
      await changing
        .set({ status: "paused", paused_by: "budget", paused_budget: spentBudget })
        .execute();
      return { kind: "budget_spent" };
    }
    const room = Math.min(chunk, batch.concurrency - inFlight, mostAhead - ahead);
    if (remaining && room > 0) return release(tx, batch, room, makers);
    if (!remaining && !unended) {
      await changing.set({ status: "completed", ended_at: sql`now()` }).execute();
      return { kind: "completed" };
    }
    return { kind: "idle" };
  });
}

type RunningBatch = Selectable<DB["batch"]> & { agent_name: string };

async function lockRunning(tx: Database, batchId: string): Promise<RunningBatch | undefined> {
  return tx
    .selectFrom("batch")
    .innerJoin("agent", "agent.id", "batch.agent_id")
    .selectAll("batch")
    .select("agent.name as agent_name")
    .where("batch.id", "=", batchId)
    .where("batch.status", "=", "running")
    .forUpdate("batch")
    .skipLocked()
    .executeTakeFirst();
}

interface Flight {
  /** Those that wait for a budget are: further rows would wait behind them. */
  inFlight: number;
  /** Of them, those that are not in the queue yet. */
  ahead: number;
  unended: boolean;
  /** A budget that is spent: the batch's own, or one that covers its organisation, user or agent. */
  spentBudget: string | null;
  /** Runs of the batch wait for its own budget. */
  isWaitedFor: boolean;
}

/** What the batch's runs are at, and whether they may go on. */
async function flight(tx: Database, batch: RunningBatch): Promise<Flight> {
  const { id, budget_micros: budget, org_id, user_name, agent_name } = batch;
  const { rows } = await sql<Flight>`
    SELECT
      (SELECT count(*) FROM run
       WHERE batch_id = ${id} AND status IN ('pending', 'running'))
      + (SELECT count(*) FROM run
       WHERE batch_id = ${id} AND waiting_budget IS NOT NULL) AS "inFlight",
      (SELECT count(*) FROM run
       WHERE batch_id = ${id} AND status = 'pending' AND queued_at IS NULL) AS ahead,
      EXISTS (SELECT FROM run
       WHERE batch_id = ${id} AND status IN ('pending', 'running', 'waiting')) AS unended,
      CASE WHEN (${budget}::bigint) <= (
        SELECT sum(cost_micros) FROM run WHERE batch_id = ${id} AND ${budget !== null}
      ) THEN ${id} ELSE (
        SELECT s.id FROM budget_scope s JOIN budget_account a ON a.budget_id = s.id
        WHERE a.period_start = s.period_start AND a.spent_micros >= s.limit_micros
          AND s.level <> 'batch'
          AND budget_covers(s, ${org_id}, ${user_name ?? ""}, ${agent_name}, '', '')
        LIMIT 1
      ) END AS "spentBudget",
      EXISTS (SELECT FROM run
       WHERE waiting_budget = ${id} AND status = 'waiting') AS "isWaitedFor"`.execute(tx);
  return rows[0] as Flight;
}

async function release(
  tx: Database,
  batch: RunningBatch,
  room: number,
  makers: RowMakers,
): Promise<BatchTick> {
  const most = batch.fork ? Math.min(room, forksAtOnce) : room;
  const rows = await tx
    .selectFrom("batch_row")
    .select(["row_no", "data", "source_run"])
    .where("batch_id", "=", batch.id)
    .where("row_no", ">", batch.released_row)
    .where("error", "is", null)
    // After a bad row was corrected, those behind it are looked through again.
    .where("run_id", "is", null)
    .orderBy("row_no")
    .limit(most)
    .execute();
  const runIds = batch.fork
    ? await releaseForks(tx, { ...releasable(batch), fork: batch.fork }, rows, makers)
    : await releaseRuns(tx, releasable(batch), rows, makers);
  // Fewer rows than room: what is left behind them is bad rows only.
  const released = rows.length < most ? batch.row_count : (rows.at(-1)?.row_no ?? batch.row_count);
  const numbers = rows.map((row) => row.row_no);
  await sql`
    WITH linked AS (
      UPDATE batch_row SET run_id = r.run_id
      FROM unnest(${numbers}::integer[], ${runIds}::text[]) AS r (row_no, run_id)
      WHERE batch_row.batch_id = ${batch.id} AND batch_row.row_no = r.row_no
    )
    UPDATE batch SET released_row = ${released} WHERE id = ${batch.id}`.execute(tx);
  return { kind: "released", rows: rows.length };
}

function releasable(batch: RunningBatch): ReleasableBatch {
  return {
    batchId: batch.id,
    agentId: batch.agent_id,
    agentName: batch.agent_name,
    agentVersion: batch.agent_version,
    template: batch.template,
    organisation: batch.org_id,
    environment: batch.environment,
    ...(batch.started_by && { startedBy: batch.started_by }),
    ...(batch.user_name !== null && { user: batch.user_name }),
    ...(batch.labels.length > 0 && { labels: batch.labels }),
    ...(batch.economy_until && { economyUntil: batch.economy_until.toISOString() }),
  };
}

async function releaseRuns(
  tx: Database,
  batch: ReleasableBatch,
  rows: { row_no: number; data: JsonObject }[],
  makers: RowMakers,
): Promise<string[]> {
  const runs = rows.map((row) => makers.run(batch, { row: row.row_no, data: row.data }));
  if (runs.length > 0) {
    const { text, values } = createRunsStatement(runs);
    await tx.executeQuery(CompiledQuery.raw(text, values));
  }
  return runs.map((run) => run.runId);
}
