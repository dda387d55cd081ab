import type { Event } from "@flotilla/core";
import type pg from "pg";
import { toEvent, type EventRow } from "./event.ts";

interface LineageRow {
  id: string;
  events: Omit<EventRow, "run_id">[] | null;
}

/** A run with its journal, without partial text. */
export interface RunJournal {
  runId: string;
  events: Event[];
}

/** The agents whose runs a conversation consists of, up to this run and with it. */
export async function lineageAgents(pool: pg.Pool, runId: string): Promise<string[]> {
  const { rows } = await pool.query<{ agent_name: string }>({
    name: "lineage_agents",
    text: `
      WITH RECURSIVE line AS (
        SELECT id, after_run, agent_name FROM run WHERE id = $1
        UNION
        SELECT run.id, run.after_run, run.agent_name FROM line JOIN run ON run.id = line.after_run
      )
      SELECT DISTINCT agent_name FROM line`,
    values: [runId],
  });
  return rows.map((row) => row.agent_name);
}

/** The journals of a run and of those it goes on from, newest first, at most `limit` of them. */
export async function readLineage(
  pool: pg.Pool,
  runId: string,
  limit: number,
): Promise<RunJournal[]> {
  const { rows } = await pool.query<LineageRow>({
    name: "read_lineage",
    text: `
      WITH RECURSIVE line AS (
        SELECT id, after_run, 1 AS place FROM run WHERE id = $1
        UNION ALL
        SELECT run.id, run.after_run, line.place + 1
        FROM line JOIN run ON run.id = line.after_run WHERE line.place < $2
      )
      SELECT line.id, (
        SELECT json_agg(json_build_object('seq', seq, 'at', at, 'type', type, 'data', data) ORDER BY seq)
        FROM event WHERE run_id = line.id AND type <> 'step.delta'
      ) AS events
      FROM line ORDER BY line.place`,
    values: [runId, limit],
  });
  return rows.map(({ id, events }) => ({
    runId: id,
    events: (events ?? []).map((event) => toEvent({ run_id: id, ...event })),
  }));
}
