import type { InboxItem } from "@flotilla/core";
import type pg from "pg";

interface InboxRow {
  run_id: string;
  agent_name: string;
  agent_version: number;
  batch_id: string | null;
  row_no: number | null;
  at: Date;
  data: Pick<InboxItem, "interruptId" | "kind" | "prompt">;
}

/**
 * The open interrupts of waiting runs, the oldest first.
 *
 * @param runIds only of these runs; null: of all
 */
export async function openInterrupts(
  pool: pg.Pool,
  runIds: readonly string[] | null,
): Promise<InboxItem[]> {
  const { rows } = await pool.query<InboxRow>({
    name: "open_interrupts",
    // A run that waits for a time or a budget has no open interrupt; its journal is not read.
    text: `SELECT r.id AS run_id, r.agent_name, r.agent_version, r.batch_id, r.row_no, e.at, e.data
           FROM run r
           JOIN event e ON e.run_id = r.id AND e.type = 'interrupt.raised'
           WHERE r.status = 'waiting' AND r.wake_at IS NULL AND r.waiting_budget IS NULL
             AND ($1::text[] IS NULL OR r.id = ANY ($1))
             AND NOT EXISTS (
               SELECT FROM event a
               WHERE a.run_id = r.id AND a.seq > e.seq AND a.type = 'interrupt.answered'
                 AND a.data->>'interruptId' = e.data->>'interruptId'
             )
           ORDER BY e.at, e.run_id, e.seq`,
    values: [runIds],
  });
  return rows.map((row) => ({
    interruptId: row.data.interruptId,
    runId: row.run_id,
    kind: row.data.kind,
    prompt: row.data.prompt,
    raisedAt: row.at.toISOString(),
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    batchId: row.batch_id,
    row: row.row_no,
  }));
}
