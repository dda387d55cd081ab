import type pg from "pg";

/**
 * Deletes runs that ended more than `days` ago, with their journals, a bounded number at a
 * time, so that no statement runs long. Batches go when their last run is gone. Runs that have not
 * ended are never touched.
 *
 * @returns the runs that were deleted; call again until there are none
 */
export async function deleteOldRuns(pool: pg.Pool, days: number, limit = 1_000): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH old AS (
       SELECT id FROM run
       WHERE status IN ('completed', 'failed', 'cancelled')
         AND ended_at < now() - $1 * interval '1 day'
       ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
     ), events AS (
       DELETE FROM event USING old WHERE event.run_id = old.id
     ), gone AS (
       DELETE FROM run USING old WHERE run.id = old.id RETURNING run.id
     )
     SELECT id FROM gone`,
    [days, limit],
  );
  if (rows.length < limit) {
    await pool.query(
      `DELETE FROM batch WHERE status IN ('completed', 'cancelled')
         AND ended_at < now() - $1 * interval '1 day'
         AND NOT EXISTS (SELECT 1 FROM run WHERE run.batch_id = batch.id)`,
      [days],
    );
  }
  return rows.map((row) => row.id);
}
