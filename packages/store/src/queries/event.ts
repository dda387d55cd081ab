import type { Event } from "@flotilla/core";
import type pg from "pg";

/** A row of the event table, as `to_json` or a plain select gives it. */
export interface EventRow {
  run_id: string;
  seq: number;
  at: Date | string;
  type: string;
  data: object;
}

export function toEvent(row: EventRow): Event {
  const at = row.at instanceof Date ? row.at.toISOString() : new Date(row.at).toISOString();
  return { runId: row.run_id, seq: row.seq, at, type: row.type, ...row.data } as Event;
}

/** Events after a sequence number, in order. */
export async function readEvents(
  pool: pg.Pool,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<Event[]> {
  const { rows } = await pool.query<EventRow>({
    name: "read_events",
    text: `SELECT run_id, seq, at, type, data FROM event
           WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    values: [runId, afterSeq, limit],
  });
  return rows.map(toEvent);
}

export interface Cursor {
  runId: string;
  afterSeq: number;
}

/**
 * The next events of many runs in one statement, at most `limit` of each, in order.
 * The answer has one list per cursor.
 */
export async function readManyEvents(
  pool: pg.Pool,
  cursors: Cursor[],
  limit: number,
): Promise<Event[][]> {
  const { rows } = await pool.query<EventRow & { place: number }>({
    name: "read_many_events",
    text: `SELECT c.place::integer AS place, e.*
           FROM unnest($1::text[], $2::integer[]) WITH ORDINALITY AS c (run_id, seq, place)
           CROSS JOIN LATERAL (
             SELECT run_id, seq, at, type, data FROM event
             WHERE event.run_id = c.run_id AND event.seq > c.seq
             ORDER BY event.seq LIMIT $3
           ) AS e
           ORDER BY c.place, e.seq`,
    values: [cursors.map((c) => c.runId), cursors.map((c) => c.afterSeq), limit],
  });
  const lists: Event[][] = cursors.map(() => []);
  for (const row of rows) lists[row.place - 1]?.push(toEvent(row));
  return lists;
}
