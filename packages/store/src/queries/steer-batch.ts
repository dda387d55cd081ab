import { batchTransitions, FlotillaError, type BatchStatus, type StartedBy } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

const manyRows = 10_000;

/** Locks a batch for a change of its status or rows. Throws `not_found` or `conflict`. */
export async function lockBatch(
  tx: Database,
  batchId: string,
  allowed: BatchStatus[],
  action: string,
): Promise<Selectable<DB["batch"]>> {
  const batch = await tx
    .selectFrom("batch")
    .selectAll()
    .where("id", "=", batchId)
    .forUpdate()
    .executeTakeFirst();
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
  tx: Database,
  batch: Selectable<DB["batch"]>,
  status: BatchStatus,
  pausedBy: "person" | "budget" | null = null,
): Promise<void> {
  if (!batchTransitions[batch.status].includes(status)) {
    throw new FlotillaError("illegal_transition", `A ${batch.status} batch cannot be ${status}.`);
  }
  const startsFirst = status === "running" && batch.started_at === null;
  const ends = status === "completed" || status === "cancelled";
  await tx
    .updateTable("batch")
    .set({
      status,
      paused_by: pausedBy,
      paused_budget: null,
      ended_at: ends ? sql`now()` : null,
      ...(startsFirst && { started_at: sql`now()` }),
    })
    .where("id", "=", batch.id)
    .execute();
}

/**
 * draft → running. Throws `invalid_request` when it has no rows.
 *
 * @param by in whose name its runs call tools from now on. Left out: who made it
 */
export async function startBatch(db: Database, batchId: string, by?: StartedBy): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const batch = await lockBatch(tx, batchId, ["draft"], "start");
    if (batch.row_count === 0) {
      throw new FlotillaError("invalid_request", `Batch ${batchId} has no rows.`, {
        remedy: "Upload rows first.",
      });
    }
    await setStatus(tx, batch, "running");
    if (by) {
      const starter = { started_by: JSON.stringify(by) };
      await tx.updateTable("batch").set(starter).where("id", "=", batchId).execute();
    }
    // The planner knows nothing yet of rows that were just loaded, and would sort them all per page.
    if (batch.row_count >= manyRows) await sql`SELECT analyze_batch_rows()`.execute(tx);
  });
}

/** running → paused. Rows under way go on; no further ones start. */
export async function pauseBatch(
  db: Database,
  batchId: string,
  by: "person" | "budget",
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await setStatus(tx, await lockBatch(tx, batchId, ["running"], "pause"), "paused", by);
  });
}

/** paused → running. */
export async function resumeBatch(db: Database, batchId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await setStatus(tx, await lockBatch(tx, batchId, ["paused"], "resume"), "running");
  });
}

/**
 * draft, running or paused → cancelled: no further rows start. Cancelling again takes up a
 * cancel that was cut off.
 *
 * @returns its runs that have not ended; the caller cancels them
 */
export async function cancelBatch(db: Database, batchId: string): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const open: BatchStatus[] = ["draft", "running", "paused", "cancelled"];
    const batch = await lockBatch(tx, batchId, open, "cancel");
    if (batch.status !== "cancelled") await setStatus(tx, batch, "cancelled");
    const runs = await tx
      .selectFrom("run")
      .select("id")
      .where("batch_id", "=", batchId)
      .where("parent_id", "is", null)
      .where("status", "in", ["pending", "running", "waiting"])
      .execute();
    return runs.map((run) => run.id);
  });
}

/**
 * completed, cancelled, running or paused → running, to retry rows. Throws `conflict` when there
 * is nothing to run again. Runs that were discarded stay as they are.
 *
 * @returns its failed and cancelled runs; the caller retries them
 */
export async function reopenBatch(db: Database, batchId: string): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const open: BatchStatus[] = ["completed", "cancelled", "running", "paused"];
    const batch = await lockBatch(tx, batchId, open, "retry");
    const runs = await tx
      .selectFrom("run")
      .select("id")
      .where("batch_id", "=", batchId)
      .where("parent_id", "is", null)
      .where("status", "in", ["failed", "cancelled"])
      .where("discarded_at", "is", null)
      .execute();
    if (runs.length === 0 && batch.released_row >= batch.row_count) {
      throw new FlotillaError("conflict", `Batch ${batchId} has no run to retry.`, {
        remedy: "Rows that are bad themselves have no run: correct them and start a new batch.",
      });
    }
    if (batch.status !== "running") await setStatus(tx, batch, "running");
    return runs.map((run) => run.id);
  });
}
