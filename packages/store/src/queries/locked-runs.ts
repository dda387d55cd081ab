import { fold, type Environment, type Event, type Run, type RunStatus } from "@flotilla/core";
import type pg from "pg";
import { toEvent, type EventRow } from "./event.ts";

/** A run that no worker is writing to while it is locked. */
export interface LockedRun {
  runId: string;
  batchId: string | null;
  organisation: string;
  environment: Environment;
  run: Run;
}

interface RunRow {
  id: string;
  status: RunStatus;
  batch_id: string | null;
  org_id: string;
  environment: Environment;
}

/**
 * Locks runs, in one order so that two who lock many do not wait for each other, and folds those that
 * wait. What does not wait, or cannot be folded, is not there.
 */
export async function lockWaitingRuns(
  client: pg.PoolClient,
  runIds: readonly string[],
): Promise<Map<string, LockedRun>> {
  const { rows } = await client.query<RunRow>({
    name: "lock_runs",
    text: `SELECT id, status, batch_id, org_id, environment FROM run
           WHERE id = ANY ($1) ORDER BY id FOR UPDATE`,
    values: [runIds],
  });
  const waiting = rows.filter(({ status }) => status === "waiting");
  const events = await client.query<EventRow>({
    name: "events_of_runs",
    text: `SELECT run_id, seq, at, type, data FROM event
           WHERE run_id = ANY ($1) AND type <> 'step.delta' ORDER BY run_id, seq`,
    values: [waiting.map(({ id }) => id)],
  });
  const journals = Map.groupBy(events.rows, ({ run_id }) => run_id);
  const runs = new Map<string, LockedRun>();
  for (const row of waiting) {
    const run = folded((journals.get(row.id) ?? []).map(toEvent));
    if (run) runs.set(row.id, lockedRun(row, run));
  }
  return runs;
}

/** One that cannot be folded must not keep the others from what is done with all of them. */
function folded(events: Event[]): Run | undefined {
  try {
    return fold(events);
  } catch {
    return undefined;
  }
}

function lockedRun(row: RunRow, run: Run): LockedRun {
  return {
    runId: row.id,
    batchId: row.batch_id,
    organisation: row.org_id,
    environment: row.environment,
    run,
  };
}

/** Appends events from outside a segment to runs that are locked; those were folded in before. */
export async function appendToLocked(
  client: pg.PoolClient,
  appended: readonly { locked: LockedRun; event: Event }[],
): Promise<void> {
  const data = appended.map(({ event }) => {
    const { runId: _runId, seq: _seq, at: _at, type: _type, ...rest } = event;
    return JSON.stringify(rest);
  });
  await client.query({
    name: "append_to_locked",
    text: `INSERT INTO event (run_id, seq, at, type, data, org_id, environment)
           SELECT run_id, seq, at, type, data::json, org_id, environment
           FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
             $7::text[]) AS e (run_id, seq, at, type, data, org_id, environment)`,
    values: [
      appended.map(({ event }) => event.runId),
      appended.map(({ event }) => event.seq),
      appended.map(({ event }) => event.at),
      appended.map(({ event }) => event.type),
      data,
      appended.map(({ locked }) => locked.organisation),
      appended.map(({ locked }) => locked.environment),
    ],
  });
}
