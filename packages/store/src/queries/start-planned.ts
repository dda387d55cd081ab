import {
  FlotillaError,
  templateColumns,
  type JsonObject,
  type PlannedBatch,
  type PlannedStart,
} from "@flotilla/core";
import { CompiledQuery, sql } from "kysely";
import type { Database } from "../database.ts";
import { insertRows, type InputRow } from "./add-rows.ts";
import { createRunsStatement } from "./create-runs.ts";

const rowsAtOnce = 1_000;

/**
 * Creates the run or batch that a template meant; a batch is running. Throws `invalid_request` when the batch
 * whose rows are to be taken is not there, has none, or is another tenant's.
 */
export async function startPlanned(db: Database, planned: PlannedStart): Promise<void> {
  await db.transaction().execute((tx) => createPlanned(tx, [planned]));
}

/** The same for several, as part of a transaction. */
export async function createPlanned(tx: Database, planned: PlannedStart[]): Promise<void> {
  const runs = planned.flatMap((one) => (one.kind === "run" ? [one.run] : []));
  if (runs.length > 0) {
    const { text, values } = createRunsStatement(runs);
    await tx.executeQuery(CompiledQuery.raw(text, values));
  }
  for (const one of planned) {
    if (one.kind === "batch") await createBatch(tx, one.batch);
  }
}

async function createBatch(tx: Database, batch: PlannedBatch): Promise<void> {
  const owner = { org_id: batch.organisation, environment: batch.environment };
  await tx
    .insertInto("batch")
    .values({
      ...owner,
      id: batch.id,
      name: batch.name,
      agent_id: batch.agentId,
      agent_version: batch.agentVersion,
      template: batch.template,
      status: "running",
      concurrency: batch.concurrency,
      priority: batch.priority,
      budget_micros: batch.budgetMicros,
      user_name: batch.user ?? null,
      labels: batch.labels ?? [],
      started_by: batch.startedBy ? JSON.stringify(batch.startedBy) : null,
      started_at: sql`now()`,
    })
    .execute();
  let count = 0;
  for await (const rows of rowsOf(tx, batch)) {
    await insertRows(tx, { id: batch.id, ...owner }, count, rows);
    count += rows.length;
  }
  await tx.updateTable("batch").set({ row_count: count }).where("id", "=", batch.id).execute();
}

async function* rowsOf(tx: Database, batch: PlannedBatch): AsyncGenerator<InputRow[]> {
  const needed = templateColumns(batch.template);
  const toRow = (line: number | null, data: JsonObject) =>
    withColumns(line, { ...data, ...batch.columns }, needed);
  if (typeof batch.rows !== "string") {
    yield batch.rows.map((row) => toRow(null, row));
    return;
  }
  let last = 0;
  for (;;) {
    const page = await tx
      .selectFrom("batch_row")
      .select(["row_no", "line", "data", "error"])
      .where("batch_id", "=", batch.rows)
      .where("org_id", "=", batch.organisation)
      .where("environment", "=", batch.environment)
      .where("row_no", ">", last)
      .orderBy("row_no")
      .limit(rowsAtOnce)
      .execute();
    if (page.length === 0 && last === 0) throw noRows(batch.rows);
    if (page.length === 0) return;
    last = page.at(-1)?.row_no ?? last;
    yield page.map(({ line, data, error }) => (error ? { line, data, error } : toRow(line, data)));
  }
}

/** A row that lacks a column of the template has its error, so that the others can start. */
function withColumns(line: number | null, data: JsonObject, needed: string[]): InputRow {
  const missing = needed.filter((column) => !Object.hasOwn(data, column));
  const what = `The row has no column "${missing.join('", "')}".`;
  const error = missing.length > 0 ? new FlotillaError("row_invalid", what).toRecord() : null;
  return { line, data, error };
}

function noRows(batchId: string): FlotillaError {
  return new FlotillaError("invalid_request", `There are no rows of a batch ${batchId} to take.`, {
    remedy: "Name a batch of the same environment that has rows; a draft will do.",
  });
}
