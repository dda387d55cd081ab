import type { RunInput, RunSummary, ThreadMessage } from "@flotilla/core";
import type pg from "pg";
import { summaryColumns, toSummary } from "./read-runs.ts";

type SummaryRow = Parameters<typeof toSummary>[0];

interface MessageRow extends SummaryRow {
  after_run: string | null;
  said: RunInput;
  versions: string[];
}

const listSql = `
WITH RECURSIVE line AS (
  SELECT id, after_run, 1 AS place FROM run
  WHERE id = coalesce($2, (SELECT max(id) FROM run WHERE thread_id = $1)) AND thread_id = $1
  UNION ALL
  SELECT run.id, run.after_run, line.place + 1
  FROM line JOIN run ON run.id = line.after_run
  WHERE line.place < $3 AND run.thread_id = $1
)
SELECT ${summaryColumns.map((column) => `run.${column}`).join(", ")}, run.after_run,
  (SELECT data -> 'input' FROM event WHERE run_id = run.id AND seq = 1) AS said,
  (SELECT array_agg(other.id ORDER BY other.id) FROM run other
   WHERE other.thread_id = $1 AND other.after_run IS NOT DISTINCT FROM run.after_run) AS versions
FROM line JOIN run USING (id)
ORDER BY line.place`;

/**
 * The messages of one branch of a thread, the newest first: those that lead to a run, by default to
 * the newest one.
 *
 * @param upTo begins at this run
 */
export async function listThreadMessages(
  pool: pg.Pool,
  threadId: string,
  upTo: string | undefined,
  limit: number,
): Promise<ThreadMessage[]> {
  const { rows } = await pool.query<MessageRow>(listSql, [threadId, upTo ?? null, limit]);
  return rows.map((row) => ({
    text: row.said.text,
    attachments: row.said.attachments ?? [],
    run: toSummary(row) satisfies RunSummary,
    after: row.after_run,
    versions: row.versions,
  }));
}
