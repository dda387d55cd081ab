import {
  batchTransitions,
  FlotillaError,
  type Batch,
  type BatchStatus,
  type ErrorRecord,
  type JsonObject,
  type RowCounts,
  type RunStatus,
} from "@flotilla/core";
import type pg from "pg";
import { inTransaction } from "../transaction.ts";

interface BatchTableRow {
  id: string;
  name: string;
  status: BatchStatus;
  paused_by: "person" | "budget" | null;
  agent_name: string;
  agent_id: string;
  agent_version: number;
  template: string;
  concurrency: number;
  priority: number;
  budget_micros: number | null;
  row_count: number;
  released_row: number;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
}

const fromBatch = `SELECT batch.*, agent.name AS agent_name
  FROM batch JOIN agent ON agent.id = batch.agent_id`;

function toBatch(row: BatchTableRow): Batch {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    pausedBy: row.paused_by,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    template: row.template,
    concurrency: row.concurrency,
    priority: row.priority,
    budgetMicros: row.budget_micros,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

export interface NewBatch {
  id: string;
  name: string;
  agentId: string;
  agentVersion: number;
  template: string;
  concurrency: number;
  priority: number;
  budgetMicros: number | null;
}

/** A new batch is a draft without rows. */
export async function createBatch(pool: pg.Pool, batch: NewBatch): Promise<void> {
  await pool.query(
    `INSERT INTO batch (id, name, agent_id, agent_version, template, status, concurrency, priority,
       budget_micros)
     VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8)`,
    [
      batch.id,
      batch.name,
      batch.agentId,
      batch.agentVersion,
      batch.template,
      batch.concurrency,
      batch.priority,
      batch.budgetMicros,
    ],
  );
}

/** Throws `not_found`. */
export async function getBatch(pool: pg.Pool, batchId: string): Promise<Batch> {
  const { rows } = await pool.query<BatchTableRow>(`${fromBatch} WHERE batch.id = $1`, [batchId]);
  if (!rows[0]) throw new FlotillaError("not_found", `There is no batch ${batchId}.`);
  return toBatch(rows[0]);
}

/** Batches, newest first, those older than `before`. */
export async function listBatches(
  pool: pg.Pool,
  limit: number,
  before?: string,
): Promise<Batch[]> {
  const { rows } = await pool.query<BatchTableRow>(
    `${fromBatch} WHERE $2::text IS NULL OR batch.id < $2 ORDER BY batch.id DESC LIMIT $1`,
    [limit, before ?? null],
  );
  return rows.map(toBatch);
}

export interface InputRow {
  line: number | null;
  data: JsonObject;
  /** Set when the row itself is bad. */
  error: ErrorRecord | null;
}

/** Appends rows to a draft, in one statement. Throws `not_found`, or `conflict` once started. */
export async function addRows(pool: pg.Pool, batchId: string, rows: InputRow[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { row_count: count } = await lockBatch(client, batchId, ["draft"], "take rows");
    await client.query(
      `INSERT INTO batch_row (batch_id, row_no, line, data, error)
       SELECT $1, $2 + r.place, r.line, r.data::json, r.error::json
       FROM unnest($3::integer[], $4::text[], $5::text[])
         WITH ORDINALITY AS r (line, data, error, place)`,
      [
        batchId,
        count,
        rows.map((row) => row.line),
        rows.map((row) => JSON.stringify(row.data)),
        rows.map((row) => row.error && JSON.stringify(row.error)),
      ],
    );
    await client.query("UPDATE batch SET row_count = row_count + $2 WHERE id = $1", [
      batchId,
      rows.length,
    ]);
  });
}

async function lockBatch(
  client: pg.PoolClient,
  batchId: string,
  allowed: BatchStatus[],
  action: string,
): Promise<BatchTableRow> {
  const { rows } = await client.query<BatchTableRow>(
    "SELECT * FROM batch WHERE id = $1 FOR UPDATE",
    [batchId],
  );
  const batch = rows[0];
  if (!batch) throw new FlotillaError("not_found", `There is no batch ${batchId}.`);
  if (!allowed.includes(batch.status)) {
    throw new FlotillaError(
      "conflict",
      `Batch ${batchId} is ${batch.status}; to ${action} it must be ${allowed.join(" or ")}.`,
    );
  }
  return batch;
}

async function setStatus(
  client: pg.PoolClient,
  batch: BatchTableRow,
  status: BatchStatus,
  pausedBy: "person" | "budget" | null = null,
): Promise<void> {
  if (!batchTransitions[batch.status].includes(status)) {
    throw new FlotillaError("illegal_transition", `A ${batch.status} batch cannot be ${status}.`);
  }
  await client.query(
    `UPDATE batch SET status = $2, paused_by = $3,
       started_at = CASE WHEN $2 = 'running' THEN coalesce(started_at, now()) ELSE started_at END,
       ended_at = CASE WHEN $2 IN ('completed', 'cancelled') THEN now() END
     WHERE id = $1`,
    [batch.id, status, pausedBy],
  );
}

/** draft → running. Throws `invalid_request` when it has no rows. */
export async function startBatch(pool: pg.Pool, batchId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const batch = await lockBatch(client, batchId, ["draft"], "start");
    if (batch.row_count === 0) {
      throw new FlotillaError("invalid_request", `Batch ${batchId} has no rows.`, {
        remedy: "Upload rows first.",
      });
    }
    await setStatus(client, batch, "running");
  });
}

/** running → paused. Rows under way go on; no further ones start. */
export async function pauseBatch(
  pool: pg.Pool,
  batchId: string,
  by: "person" | "budget",
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await setStatus(client, await lockBatch(client, batchId, ["running"], "pause"), "paused", by);
  });
}

/** paused → running. */
export async function resumeBatch(pool: pg.Pool, batchId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await setStatus(client, await lockBatch(client, batchId, ["paused"], "resume"), "running");
  });
}

/**
 * draft, running or paused → cancelled: no further rows start.
 *
 * @returns its runs that have not ended; the caller cancels them
 */
export async function cancelBatch(pool: pg.Pool, batchId: string): Promise<string[]> {
  return inTransaction(pool, async (client) => {
    const batch = await lockBatch(client, batchId, ["draft", "running", "paused"], "cancel");
    await setStatus(client, batch, "cancelled");
    const { rows } = await client.query<{ id: string }>(
      "SELECT id FROM run WHERE batch_id = $1 AND status IN ('pending', 'running', 'waiting')",
      [batchId],
    );
    return rows.map((row) => row.id);
  });
}

/**
 * completed, cancelled, running or paused → running, to retry rows.
 *
 * @returns its failed and cancelled runs; the caller retries them
 */
export async function reopenBatch(pool: pg.Pool, batchId: string): Promise<string[]> {
  return inTransaction(pool, async (client) => {
    const open: BatchStatus[] = ["completed", "cancelled", "running", "paused"];
    const batch = await lockBatch(client, batchId, open, "retry");
    if (batch.status !== "running") await setStatus(client, batch, "running");
    const { rows } = await client.query<{ id: string }>(
      "SELECT id FROM run WHERE batch_id = $1 AND status IN ('failed', 'cancelled')",
      [batchId],
    );
    return rows.map((row) => row.id);
  });
}

/** Changes what is given; the rest stays. Throws `not_found`. */
export async function changeBatch(
  pool: pg.Pool,
  batchId: string,
  change: {
    concurrency?: number | undefined;
    priority?: number | undefined;
    budgetMicros?: number | null | undefined;
  },
): Promise<void> {
  const { rowCount } = await pool.query(
    `UPDATE batch SET concurrency = coalesce($2, concurrency), priority = coalesce($3, priority),
       budget_micros = CASE WHEN $4 THEN $5 ELSE budget_micros END
     WHERE id = $1`,
    [
      batchId,
      change.concurrency ?? null,
      change.priority ?? null,
      change.budgetMicros !== undefined,
      change.budgetMicros ?? null,
    ],
  );
  if (!rowCount) throw new FlotillaError("not_found", `There is no batch ${batchId}.`);
}

export interface BatchFigures {
  rows: number;
  counts: RowCounts;
  steps: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
}

/** Rows by status and sums over the runs of a batch. */
export async function batchFigures(pool: pg.Pool, batchId: string): Promise<BatchFigures> {
  const { rows } = await pool.query<{
    status: RunStatus;
    count: number;
    steps: number;
    input_tokens: number;
    output_tokens: number;
    cost_micros: number;
  }>(
    `SELECT status, count(*) AS count, sum(step_count)::bigint AS steps,
       sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens,
       sum(cost_micros)::bigint AS cost_micros
     FROM run WHERE batch_id = $1 GROUP BY status`,
    [batchId],
  );
  const input = await pool.query<{ total: number; bad: number; status: BatchStatus }>(
    `SELECT row_count AS total, status, (
       SELECT count(*) FROM batch_row WHERE batch_id = $1 AND error IS NOT NULL
     ) AS bad
     FROM batch WHERE id = $1`,
    [batchId],
  );
  const { total = 0, bad = 0, status = "draft" } = input.rows[0] ?? {};
  const counts = { pending: 0, running: 0, waiting: 0, completed: 0, failed: bad, cancelled: 0 };
  const sums = { steps: 0, inputTokens: 0, outputTokens: 0, costMicros: 0 };
  for (const row of rows) {
    counts[row.status] += row.count;
    sums.steps += row.steps;
    sums.inputTokens += row.input_tokens;
    sums.outputTokens += row.output_tokens;
    sums.costMicros += row.cost_micros;
  }
  const unreleased = total - bad - rows.reduce((sum, row) => sum + row.count, 0);
  counts[status === "cancelled" ? "cancelled" : "pending"] += unreleased;
  return { rows: total, counts, ...sums };
}
