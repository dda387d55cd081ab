import {
  FlotillaError,
  takeDue,
  type DueSchedule,
  type DueStart,
  type ErrorRecord,
  type LastStart,
  type PlannedRun,
  type PlannedStart,
  type ScheduleTurn,
  type UnderWay,
} from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";
import { getAgent } from "./agent.ts";
import { settleStarts } from "./schedule-waits.ts";
import { createPlanned } from "./start-planned.ts";

/** Starts in one transaction. */
const startsAtOnce = 100;

type Plan = (schedule: DueSchedule, start: DueStart) => Promise<PlannedStart>;
type ScheduleRow = Selectable<DB["schedule"]> & { now: Date };
type QueuedStart = Pick<Selectable<DB["schedule_start"]>, "due_at" | "overlap" | "cause">;

/** See `ScheduleStore.turn`. */
export async function turnSchedule(
  db: Database,
  plan: Plan,
  except: string[],
): Promise<ScheduleTurn | undefined> {
  return db.transaction().execute(async (tx) => {
    const row = await lockDue(tx, except);
    if (!row) return undefined;
    const next = await noteDueTimes(tx, row);
    const queued = await queuedStarts(tx, row.id);
    const needsOrder = queued.some(({ overlap }) => overlap !== "parallel");
    const open = needsOrder ? await settleStarts(tx, row.id) : [];
    const turn: ScheduleTurn = {
      id: row.id,
      name: row.name,
      organisation: row.org_id,
      started: 0,
      errors: [],
      cancel: [],
    };
    const planOne = planner(tx, row, plan);
    const isMore = await startQueued(tx, {
      row,
      queued,
      open: open.map(toUnderWay),
      turn,
      planOne,
    });
    await sql`
      UPDATE schedule SET
        next_due_at = ${next.nextDueAt},
        wake_at = CASE WHEN ${isMore}::boolean THEN now() ELSE ${next.wakeAt}::timestamptz END,
        blocked = ${!isMore} AND EXISTS (
          SELECT FROM schedule_start s WHERE s.schedule_id = schedule.id AND s.outcome = 'queued'
        )
      WHERE id = ${row.id}`.execute(tx);
    return turn;
  });
}

/** What is due first of those with the highest priority. */
function lockDue(tx: Database, except: string[]): Promise<ScheduleRow | undefined> {
  return tx
    .selectFrom("schedule")
    .selectAll()
    .select(sql<Date>`now()`.as("now"))
    .where("wake_at", "<=", sql<Date>`now()`)
    .where(({ eb, fn, val }) => eb("id", "<>", fn<string>("all", [val(except)])))
    .orderBy("priority", "desc")
    .orderBy("wake_at")
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** Gives each due time that has come its row, unless it has one. */
async function noteDueTimes(
  tx: Database,
  row: ScheduleRow,
): Promise<{ nextDueAt: Date | null; wakeAt: Date | null }> {
  const { id, spec, next_due_at: from, now, org_id, environment } = row;
  if (!from || row.paused_at) return { nextDueAt: null, wakeAt: null };
  const waiting = spec.overlap === "queue" ? await countWaiting(tx, id) : 0;
  const { times, nextDueAt, wakeAt } = takeDue(id, spec, from.getTime(), now.getTime(), waiting);
  if (times.length > 0) {
    const dates = times.map(({ dueAt }) => new Date(dueAt).toISOString());
    const causes = times.map(({ cause }) => cause);
    const overlaps = times.map(({ overlap }) => overlap);
    const reasons = times.map(({ skip }) => skip ?? null);
    await sql`
      INSERT INTO schedule_start (
        schedule_id, due_at, org_id, environment, cause, overlap, outcome, reason
      )
      SELECT ${id}, due_at, ${org_id}, ${environment}, cause, overlap,
        CASE WHEN reason IS NULL THEN 'queued' ELSE 'skipped' END, reason
      FROM unnest(${dates}::timestamptz[], ${causes}::text[], ${overlaps}::text[], ${reasons}::text[])
        AS t (due_at, cause, overlap, reason)
      ON CONFLICT (schedule_id, due_at) DO NOTHING`.execute(tx);
  }
  const date = (moment: number | null) => (moment === null ? null : new Date(moment));
  return { nextDueAt: date(nextDueAt), wakeAt: date(wakeAt) };
}

async function countWaiting(tx: Database, id: string): Promise<number> {
  const { n } = await tx
    .selectFrom("schedule_start")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .where("schedule_id", "=", id)
    .where("outcome", "=", "queued")
    .where("cause", "<>", "backfill")
    .executeTakeFirstOrThrow();
  return n;
}

/** Those of a backfill come behind what is due now. */
function queuedStarts(tx: Database, id: string): Promise<QueuedStart[]> {
  return tx
    .selectFrom("schedule_start")
    .select(["due_at", "overlap", "cause"])
    .where("schedule_id", "=", id)
    .where("outcome", "=", "queued")
    .orderBy(sql`cause = 'backfill'`)
    .orderBy("due_at")
    .limit(startsAtOnce)
    .execute();
}

/** What became of a due time in this turn. */
interface Note {
  dueAt: string;
  outcome: "started" | "skipped" | "failed";
  reason?: string;
  error?: ErrorRecord;
  runId?: string;
  batchId?: string;
}

interface Starting {
  row: ScheduleRow;
  queued: QueuedStart[];
  open: UnderWay[];
  turn: ScheduleTurn;
  planOne: (start: QueuedStart) => Promise<PlannedStart>;
}

/**
 * Starts what may start, in order.
 *
 * @returns whether the schedule must have its turn again at once
 */
async function startQueued(tx: Database, starting: Starting): Promise<boolean> {
  const { row, queued, open, turn } = starting;
  const lastCancelling = queued.findLast(({ overlap }) => overlap === "cancel");
  const runs: PlannedRun[] = [];
  const notes: Note[] = [];
  for (const start of queued) {
    const isBusy = open.length > 0;
    const dueAt = start.due_at.toISOString();
    const skip = (reason: string) => notes.push({ dueAt, outcome: "skipped", reason });
    if (start.overlap === "queue" && isBusy) continue;
    if (start.overlap === "cancel" && start !== lastCancelling) {
      skip("a later time took its place");
    } else if (start.overlap === "skip" && isBusy) {
      skip(`${told(open)} has not ended`);
    } else if (start.overlap === "cancel" && isBusy) {
      turn.cancel.push(...open);
      break;
    } else {
      notes.push({ dueAt, ...(await startOne(tx, starting, start, runs)) });
    }
  }
  if (runs.length > 0)
    await createPlanned(
      tx,
      runs.map((run) => ({ kind: "run", run })),
    );
  await keepNotes(tx, row.id, notes);
  turn.started = notes.filter(({ outcome }) => outcome === "started").length;
  turn.errors = notes.flatMap(({ error }) => (error ? [error] : []));
  return turn.cancel.length > 0 || (queued.length === startsAtOnce && notes.length > 0);
}

/**
 * Creates the batch of a due time, or adds its run to `runs`; what it cannot be started for is kept with it.
 */
async function startOne(
  tx: Database,
  { open, planOne }: Starting,
  start: QueuedStart,
  runs: PlannedRun[],
): Promise<Omit<Note, "dueAt">> {
  try {
    const planned = await planOne(start);
    if (planned.kind === "run") {
      const { runId } = planned.run;
      runs.push(planned.run);
      open.push({ runId });
      return { outcome: "started", runId };
    }
    await undone(tx, () => createPlanned(tx, [planned]));
    const { id: batchId } = planned.batch;
    open.push({ batchId });
    return { outcome: "started", batchId };
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return { outcome: "failed", error: error.toRecord() };
  }
}

/** Nothing of `work` stays when it throws. */
async function undone(tx: Database, work: () => Promise<void>): Promise<void> {
  await sql`SAVEPOINT work`.execute(tx);
  try {
    await work();
  } catch (error) {
    await sql`ROLLBACK TO SAVEPOINT work`.execute(tx);
    throw error;
  }
}

async function keepNotes(tx: Database, id: string, notes: Note[]): Promise<void> {
  if (notes.length === 0) return;
  const of = (part: Exclude<keyof Note, "error">) => notes.map((note) => note[part] ?? null);
  const errors = notes.map(({ error }) => (error ? JSON.stringify(error) : null));
  await sql`
    UPDATE schedule_start AS s SET
      outcome = n.outcome, reason = n.reason, error = n.error::json, run_id = n.run_id,
      batch_id = n.batch_id, open = n.outcome = 'started', at = clock_timestamp()
    FROM unnest(
      ${of("dueAt")}::timestamptz[], ${of("outcome")}::text[], ${of("reason")}::text[],
      ${errors}::text[], ${of("runId")}::text[], ${of("batchId")}::text[]
    ) AS n (due_at, outcome, reason, error, run_id, batch_id)
    WHERE s.schedule_id = ${id} AND s.due_at = n.due_at`.execute(tx);
}

/** Makes starts of a schedule; what they share is read once. */
function planner(tx: Database, row: ScheduleRow, plan: Plan): Starting["planOne"] {
  const { id, spec, org_id: organisation, environment } = row;
  const { agent: name, version } = spec.start;
  const schedule: DueSchedule = {
    id,
    spec,
    organisation,
    environment,
    ...(row.started_by && { startedBy: row.started_by }),
    ...(row.user_name !== null && { user: row.user_name }),
  };
  let shared: Promise<Omit<DueStart, "dueAt">> | undefined;
  const read = async () => {
    const agent = await getAgent(tx, { organisation, environment }, name, version);
    const last = mentionsLast(spec.start) ? await lastStart(tx, id) : undefined;
    return { agent, ...(last && { last }) };
  };
  return async (start) => {
    shared ??= read();
    return plan(schedule, { dueAt: start.due_at.getTime(), ...(await shared) });
  };
}

function mentionsLast(template: object): boolean {
  return /\{\{\s*last\./.test(JSON.stringify(template));
}

/** What the newest run of the schedule that was completed left. */
async function lastStart(tx: Database, id: string): Promise<LastStart | undefined> {
  const row = await tx
    .selectFrom("schedule_start as s")
    .innerJoin("run", "run.id", "s.run_id")
    .select(["s.due_at", "run.id", "run.output"])
    .where("s.schedule_id", "=", id)
    .where("run.status", "=", "completed")
    .orderBy("s.due_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && { output: row.output, runId: row.id, dueAt: row.due_at.toISOString() };
}

function toUnderWay(row: { run_id: string | null; batch_id: string | null }): UnderWay {
  return row.run_id !== null ? { runId: row.run_id } : { batchId: row.batch_id ?? "" };
}

function told(open: UnderWay[]): string {
  const [first] = open;
  return first === undefined ? "" : "runId" in first ? first.runId : first.batchId;
}
