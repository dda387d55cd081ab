import type { ErrorRecord, JsonObject } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import { lockBatch } from "./steer-batch.ts";

export interface InputRow {
  line: number | null;
  data: JsonObject;
  /** Set when the row itself is bad. */
  error: ErrorRecord | null;
}

/** Appends rows to a draft, in one statement. Throws `not_found`, or `conflict` once started. */
export async function addRows(db: Database, batchId: string, rows: InputRow[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const batch = await lockBatch(tx, batchId, ["draft"], "take rows");
    const { row_count: count, org_id, environment } = batch;
    const lines = rows.map((row) => row.line);
    const data = rows.map((row) => JSON.stringify(row.data));
    const errors = rows.map((row) => row.error && JSON.stringify(row.error));
    await sql`
      INSERT INTO batch_row (batch_id, row_no, line, data, error, org_id, environment)
      SELECT ${batchId}, ${count} + r.place, r.line, r.data::json, r.error::json, ${org_id},
        ${environment}
      FROM unnest(${lines}::integer[], ${data}::text[], ${errors}::text[])
        WITH ORDINALITY AS r (line, data, error, place)`.execute(tx);
    await tx
      .updateTable("batch")
      .set({ row_count: count + rows.length })
      .where("id", "=", batchId)
      .execute();
  });
}
