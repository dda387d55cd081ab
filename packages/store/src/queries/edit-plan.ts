import {
  FlotillaError,
  fold,
  isTerminal,
  reduce,
  takenEdit,
  type Environment,
  type EventData,
  type PlanEdit,
  type PlanEditRequest,
  type QueuedPlanEdit,
  type Run,
  type RunStatus,
} from "@flotilla/core";
import type pg from "pg";
import { changeChannel, dueChannel, interruptChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";
import { toEvent, type EventRow } from "./event.ts";

interface RunRow {
  status: RunStatus;
  batch_id: string | null;
  org_id: string;
  environment: Environment;
}

interface LockedPlan extends RunRow {
  run: Run;
}

/**
 * Edits the plan of a run. A run that no worker holds has the new plan at once; of one that runs, its worker
 * takes the edit in at its next step, and may refuse it then if the plan has changed meanwhile. A plan that waits
 * for its review is asked about anew.
 *
 * Throws `not_found`; `conflict` when the run has no plan or has ended, or its plan another version; `plan_invalid`.
 *
 * @returns whether the plan has the edit now
 */
export async function editPlan(
  pool: pg.Pool,
  runId: string,
  request: PlanEditRequest,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const locked = await lockPlan(client, runId);
    const queued = await queuedEdits(client, runId);
    const isHeld = locked.status === "running";
    // What lies there already comes first.
    const before = isHeld ? locked.run : taken(locked.run, queued).run;
    checkEdit(before, request);
    if (isHeld) {
      await queueEdit(client, runId, locked, request, queued);
      return false;
    }
    const { events } = taken(locked.run, [...queued, request]);
    await append(client, runId, locked, [...events, ...withdrawal(locked.run, request.by)]);
    await client.query("DELETE FROM plan_edit WHERE run_id = $1", [runId]);
    return true;
  });
}

async function lockPlan(client: pg.PoolClient, runId: string): Promise<LockedPlan> {
  const { rows } = await client.query<RunRow>({
    name: "lock_plan",
    text: "SELECT status, batch_id, org_id, environment FROM run WHERE id = $1 FOR UPDATE",
    values: [runId],
  });
  const [row] = rows;
  if (!row) throw new FlotillaError("not_found", `There is no run ${runId}.`);
  const events = await client.query<EventRow>({
    name: "events_of_plan",
    text: `SELECT run_id, seq, at, type, data FROM event
           WHERE run_id = $1 AND type <> 'step.delta' ORDER BY seq`,
    values: [runId],
  });
  return { ...row, run: fold(events.rows.map(toEvent)) };
}

function checkEdit(run: Run, request: PlanEditRequest): void {
  const { runId, plan, status } = run;
  if (isTerminal(status)) {
    throw new FlotillaError("conflict", `Run ${runId} is ${status}; its plan stays as it is.`, {
      remedy: "Replay it, or fork it, with edits of the plan.",
    });
  }
  if (!plan) {
    throw new FlotillaError("conflict", `Run ${runId} has no plan.`, {
      remedy: "Only runs of agents that plan have one, once it is made.",
    });
  }
  if (plan.version !== request.version) {
    const message = `The plan has version ${plan.version}; the edit was made for ${request.version}.`;
    throw new FlotillaError("conflict", message, {
      remedy: "Read the plan again, and decide whether the edit still holds.",
    });
  }
  const event = takenEdit(plan, request);
  if (event.type === "plan.edit_refused") {
    throw new FlotillaError("plan_invalid", `The plan cannot be so: ${event.problems.join("; ")}.`);
  }
}

/** The run after edits, in order, and the events that say so. */
function taken(
  run: Run,
  requests: readonly (PlanEditRequest & { number?: number })[],
): { run: Run; events: EventData[] } {
  const events: EventData[] = [];
  let now = run;
  for (const request of requests) {
    const { plan } = now;
    if (!plan) break;
    const data = takenEdit(plan, request);
    events.push(data);
    now = reduce(now, { runId: run.runId, seq: now.seq + 1, at: run.createdAt, ...data });
  }
  return { run: now, events };
}

/** Nobody approves a plan that is another one now: the answer asks for a new review. */
function withdrawal({ interrupts }: Run, by: string): EventData[] {
  return interrupts
    .filter(({ kind }) => kind === "plan_review")
    .map(({ interruptId }) => ({
      type: "interrupt.answered",
      interruptId,
      by,
      answer: { action: "reject", reason: "The plan was edited." },
    }));
}

async function append(
  client: pg.PoolClient,
  runId: string,
  locked: LockedPlan,
  events: readonly EventData[],
): Promise<void> {
  const first = locked.run.seq + 1;
  await client.query({
    name: "append_plan_edits",
    text: `INSERT INTO event (run_id, seq, type, data, org_id, environment)
           SELECT $1, e.seq, e.type, e.data::json, $5, $6
           FROM unnest($2::integer[], $3::text[], $4::text[]) AS e (seq, type, data)`,
    values: [
      runId,
      events.map((_event, index) => first + index),
      events.map(({ type }) => type),
      events.map(({ type: _type, ...data }) => JSON.stringify(data)),
      locked.org_id,
      locked.environment,
    ],
  });
  const answered = events.flatMap((one) => (one.type === "interrupt.answered" ? [one] : []));
  if (answered.length > 0) await endReviews(client, runId, answered);
  const change = locked.batch_id ? `${runId}:${locked.batch_id}` : runId;
  await client.query("SELECT pg_notify($1, $2)", [changeChannel, change]);
}

/** Its next segment, which asks for the new review, is due. */
async function endReviews(
  client: pg.PoolClient,
  runId: string,
  answered: readonly { interruptId: string; by: string }[],
): Promise<void> {
  await client.query({
    name: "end_reviews",
    text: `UPDATE interrupt SET state = 'answered', ended_at = now(), ended_by = $3, action = 'reject'
           WHERE run_id = $1 AND id = ANY ($2)`,
    values: [runId, answered.map(({ interruptId }) => interruptId), answered[0]?.by],
  });
  await client.query({
    name: "review_again",
    text: `UPDATE run SET segment = segment + 1, queued_at = NULL WHERE id = $1
           RETURNING pg_notify('${dueChannel}', ''), pg_notify('${interruptChannel}', id)`,
    values: [runId],
  });
}

async function queueEdit(
  client: pg.PoolClient,
  runId: string,
  { org_id, environment, run }: LockedPlan,
  { version, edits, by, reason }: PlanEditRequest,
  queued: readonly QueuedPlanEdit[],
): Promise<void> {
  const last = Math.max(run.plan?.taken ?? 0, ...queued.map(({ number }) => number));
  await client.query({
    name: "queue_plan_edit",
    text: `WITH told AS (UPDATE run SET has_mail = true WHERE id = $1)
           INSERT INTO plan_edit (run_id, edit_no, org_id, environment, version, edits, by_name, reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      ...[runId, last + 1, org_id, environment],
      ...[version, JSON.stringify(edits), by, reason ?? null],
    ],
  });
}

interface EditRow {
  edit_no: number;
  version: number;
  edits: PlanEdit[];
  by_name: string;
  reason: string | null;
  at: Date;
}

/** The edits that lie for the worker of a run, in the order in which they came. */
export async function queuedEdits(
  db: Pick<pg.Pool, "query">,
  runId: string,
): Promise<QueuedPlanEdit[]> {
  const { rows } = await db.query<EditRow>({
    name: "queued_plan_edits",
    text: `SELECT edit_no, version, edits, by_name, reason, at FROM plan_edit
           WHERE run_id = $1 ORDER BY edit_no`,
    values: [runId],
  });
  return rows.map(toQueued);
}

function toQueued(row: EditRow): QueuedPlanEdit {
  return {
    ...{ number: row.edit_no, version: row.version, edits: row.edits, by: row.by_name },
    ...(row.reason !== null && { reason: row.reason }),
    at: row.at.toISOString(),
  };
}

/** Forgets edits, up to a number: they are in the run's journal. */
export async function editsTaken(pool: pg.Pool, runId: string, through: number): Promise<void> {
  await pool.query({
    name: "plan_edits_taken",
    text: "DELETE FROM plan_edit WHERE run_id = $1 AND edit_no <= $2",
    values: [runId, through],
  });
}
