import type { Environment, ErrorRecord, JsonObject } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import { errorFingerprint } from "../error-fingerprint.ts";
import { lockBatch } from "./steer-batch.ts";

export interface InputRow {
  line: number | null;
  data: JsonObject;
  /** Set when the row itself is bad. */
  error: ErrorRecord | null;
  /** The run that the row is to be a fork of. */
  source?: string;
}

/** Appends rows to a draft, in one statement. Throws `not_found`, or `conflict` once started. */
export async function addRows(db: Database, batchId: string, rows: InputRow[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const batch = await lockBatch(tx, batchId, ["draft"], "take rows");
    await insertRows(tx, batch, batch.row_count, rows);
    await tx
      .updateTable("batch")
      .set({ row_count: batch.row_count + rows.length })
      .where("id", "=", batchId)
      .execute();
  });
}

/**
 * Inserts rows of a batch that nobody else is changing.
 *
 * @param count how many it has
 */
export async function insertRows(
  tx: Database,
  batch: { id: string; org_id: string; environment: Environment },
  count: number,
  rows: InputRow[],
): Promise<void> {
  const lines = rows.map((row) => row.line);
  const data = rows.map((row) => JSON.stringify(row.data));
  const sources = rows.map((row) => row.source ?? null);
  const errors = rows.map((row) => row.error && JSON.stringify(row.error));
  const prints = rows.map(({ error }) => error && errorFingerprint({ source: "run", ...error }));
  await sql`
    INSERT INTO batch_row (
      batch_id, row_no, line, data, error, fingerprint, source_run, org_id, environment
    )
    SELECT ${batch.id}, ${count} + r.place, r.line, r.data::json, r.error::json, r.fingerprint,
      r.source, ${batch.org_id}, ${batch.environment}
    FROM unnest(
      ${lines}::integer[], ${data}::text[], ${errors}::text[], ${prints}::text[],
      ${sources}::text[]
    ) WITH ORDINALITY AS r (line, data, error, fingerprint, source, place)`.execute(tx);
}
