import {
  FlotillaError,
  type BatchFork,
  type ReleasableBatch,
  type RowMakers,
} from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import { errorFingerprint } from "../error-fingerprint.ts";
import { forkRuns, type NewFork } from "./fork-runs.ts";

/** Most forks released in one transaction: the journals of their sources are read for them. */
export const forksAtOnce = 50;

/**
 * Makes the forks of rows that name a run, as part of a transaction. A row whose fork cannot be made
 * keeps the error as its own.
 *
 * @returns the forks' ids, null for those that could not be made
 */
export async function releaseForks(
  tx: Database,
  batch: ReleasableBatch & { fork: BatchFork },
  rows: { row_no: number; source_run: string | null }[],
  makers: RowMakers,
): Promise<(string | null)[]> {
  const forks = rows.map(({ row_no, source_run }): NewFork => ({
    source: source_run ?? "",
    order: makers.fork(batch, row_no),
  }));
  const errors = await forkRuns(tx, forks, (events, order) => makers.plan(events, order));
  const bad = rows.flatMap(({ row_no }, i) => {
    const error = errors[i];
    return error ? [{ row: row_no, error: rowError(error) }] : [];
  });
  if (bad.length > 0) {
    await sql`
      UPDATE batch_row SET error = b.error::json, fingerprint = b.fingerprint
      FROM unnest(
        ${bad.map(({ row }) => row)}::integer[],
        ${bad.map(({ error }) => JSON.stringify(error))}::text[],
        ${bad.map(({ error }) => errorFingerprint({ source: "run", ...error }))}::text[]
      ) AS b (row_no, error, fingerprint)
      WHERE batch_row.batch_id = ${batch.batchId} AND batch_row.row_no = b.row_no`.execute(tx);
  }
  return forks.map(({ order }, i) => (errors[i] ? null : order.runId));
}

function rowError(cause: FlotillaError) {
  const message = `The run could not be forked: ${cause.message}`;
  return new FlotillaError("row_invalid", message, { remedy: cause.remedy }).toRecord();
}
