import type { RunStatus } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import { rowsOfBatch, rowStatus } from "./batch-rows.ts";

export type Cell = [row: number, status: RunStatus, runId: string | null];

/** Every row's cell, in input order. */
export async function allCells(db: Database, batchId: string): Promise<Cell[]> {
  const rows = await rowsOfBatch(db, batchId)
    .select(["batch_row.row_no", rowStatus.as("status"), "batch_row.run_id"])
    .execute();
  return rows.map((row) => [row.row_no, row.status, row.run_id]);
}

/**
 * Where "now" is for followers of a batch: every transaction below this id has ended, so what
 * it changed is visible, and none with a lower id can appear any more.
 */
export async function changeCursor(db: Database): Promise<string> {
  const { rows } = await sql<{ xmin: string }>`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin`.execute(db);
  return rows[0]?.xmin as string;
}

/** The cells of runs whose status changed in transactions from `from` up to, not including, `to`. */
export async function changedCells(
  db: Database,
  batchId: string,
  from: string,
  to: string,
): Promise<Cell[]> {
  const rows = await db
    .selectFrom("run")
    .select(["row_no", "status", "id"])
    .where("batch_id", "=", batchId)
    // Those that runs of the batch have begun are no rows.
    .where("row_no", "is not", null)
    .where("changed_xid", ">=", sql<string>`${from}::text::xid8`)
    .where("changed_xid", "<", sql<string>`${to}::text::xid8`)
    .orderBy("row_no")
    .$narrowType<{ row_no: number }>()
    .execute();
  return rows.map((row) => [row.row_no, row.status, row.id]);
}
