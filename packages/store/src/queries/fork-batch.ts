import { FlotillaError } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import type { Scope } from "../scope.ts";
import { createBatch, type NewBatch } from "./batch.ts";

/**
 * Creates a draft of a batch with a row for each of these runs, in their order: it is to be a fork of that
 * run, and has the data of the run's own row. Throws `not_found` when one of them is not there.
 */
export async function createForkBatch(
  db: Database,
  scope: Scope,
  batch: NewBatch,
  runIds: string[],
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await createBatch(tx, scope, batch);
    const { numAffectedRows } = await sql`
      INSERT INTO batch_row (batch_id, row_no, data, source_run, org_id, environment)
      SELECT ${batch.id}, row_number() OVER (ORDER BY wanted.place), coalesce(row.data, '{}'),
        run.id, run.org_id, run.environment
      FROM unnest(${runIds}::text[]) WITH ORDINALITY AS wanted (id, place)
      JOIN run ON run.id = wanted.id
      LEFT JOIN batch_row row ON row.batch_id = run.batch_id AND row.row_no = run.row_no`.execute(
      tx,
    );
    if (Number(numAffectedRows) !== runIds.length) {
      throw new FlotillaError("not_found", "Some of the runs are not there any more.");
    }
    await tx
      .updateTable("batch")
      .set({ row_count: runIds.length })
      .where("id", "=", batch.id)
      .execute();
  });
}
