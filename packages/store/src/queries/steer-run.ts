import { FlotillaError, fold, type Event, type EventData, type RunStatus } from "@flotilla/core";
import type pg from "pg";
import { cancelChannel, changeChannel, dueChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";
import { toEvent, type EventRow } from "./event.ts";

interface LockedRun {
  status: RunStatus;
  batchId: string | null;
  events: Event[];
}

/** Locks a run that no worker is writing to, with its journal. Throws `not_found`. */
async function lockRun(client: pg.PoolClient, runId: string): Promise<LockedRun> {
  const run = await client.query<{ status: RunStatus; batch_id: string | null }>(
    "SELECT status, batch_id FROM run WHERE id = $1 FOR UPDATE",
    [runId],
  );
  const row = run.rows[0];
  if (!row) throw new FlotillaError("not_found", `There is no run ${runId}.`);
  const { rows } = await client.query<EventRow>(
    "SELECT run_id, seq, at, type, data FROM event WHERE run_id = $1 ORDER BY seq",
    [runId],
  );
  return { status: row.status, batchId: row.batch_id, events: rows.map(toEvent) };
}

/** Appends from outside a segment. The reducer has the last word on what is legal. */
async function appendOutside(
  client: pg.PoolClient,
  runId: string,
  locked: LockedRun,
  event: EventData,
): Promise<Event> {
  const { type, ...data } = event;
  const seq = (locked.events.at(-1)?.seq ?? 0) + 1;
  const { rows } = await client.query<EventRow>(
    `INSERT INTO event (run_id, seq, type, data) VALUES ($1, $2, $3, $4)
     RETURNING run_id, seq, at, type, data`,
    [runId, seq, type, JSON.stringify(data)],
  );
  const appended = toEvent(rows[0] as EventRow);
  fold([...locked.events, appended]);
  const changed = locked.batchId ? `${runId}:${locked.batchId}` : runId;
  await client.query("SELECT pg_notify($1, $2)", [changeChannel, changed]);
  return appended;
}

/**
 * Cancels a run. One that no worker holds ends at once; of one that runs, its worker is told,
 * which ends it within two seconds. Cancelling twice is no error.
 *
 * Throws `not_found`, or `conflict` when the run has ended otherwise.
 */
export async function cancelRun(
  pool: pg.Pool,
  runId: string,
  by: string,
  reason?: string,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const locked = await lockRun(client, runId);
    if (locked.status === "cancelled") return;
    if (locked.status === "running") {
      await client.query("UPDATE run SET cancel_by = $2, cancel_reason = $3 WHERE id = $1", [
        runId,
        by,
        reason ?? null,
      ]);
      await client.query("SELECT pg_notify($1, $2)", [cancelChannel, runId]);
      return;
    }
    if (locked.status === "completed" || locked.status === "failed") {
      throw new FlotillaError("conflict", `Run ${runId} has already ${locked.status}.`);
    }
    await appendOutside(client, runId, locked, {
      type: "run.cancelled",
      by,
      ...(reason !== undefined && { reason }),
    });
    await client.query(
      `UPDATE run SET status = 'cancelled', epoch = epoch + 1, ended_at = now(), wake_at = NULL,
         queued_at = coalesce(queued_at, now()), cancel_by = $2, cancel_reason = $3,
         changed_xid = pg_current_xact_id()
       WHERE id = $1`,
      [runId, by, reason ?? null],
    );
  });
}

/**
 * Takes a failed or cancelled run up again: it goes on from the step that failed; what was
 * completed is not repeated. Its next segment is due in the queue.
 *
 * Throws `not_found`, or `conflict` in any other status.
 */
export async function retryRun(pool: pg.Pool, runId: string, by: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const locked = await lockRun(client, runId);
    if (locked.status !== "failed" && locked.status !== "cancelled") {
      throw new FlotillaError(
        "conflict",
        `Run ${runId} is ${locked.status}; only failed and cancelled runs can be retried.`,
      );
    }
    await appendOutside(client, runId, locked, { type: "run.retried", by });
    await client.query(
      `UPDATE run SET status = 'pending', segment = segment + 1, queued_at = NULL, error = NULL,
         cancel_by = NULL, cancel_reason = NULL, ended_at = NULL,
         changed_xid = pg_current_xact_id()
       WHERE id = $1 RETURNING pg_notify('${dueChannel}', '')`,
      [runId],
    );
  });
}

/**
 * Answers an interrupt of a waiting run. When it was the last open one, the run's next
 * segment is due in the queue.
 *
 * Throws `not_found` for the run or the interrupt, `conflict` when it was already answered.
 *
 * @returns whether the run goes on now
 */
export async function answerInterrupt(
  pool: pg.Pool,
  runId: string,
  answer: Extract<EventData, { type: "interrupt.answered" }>,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const locked = await lockRun(client, runId);
    const raised = locked.events.some(
      (e) => e.type === "interrupt.raised" && e.interruptId === answer.interruptId,
    );
    if (!raised) {
      throw new FlotillaError("not_found", `Run ${runId} has no interrupt ${answer.interruptId}.`);
    }
    const open = fold(locked.events).interrupts;
    if (locked.status !== "waiting" || !open.some((i) => i.interruptId === answer.interruptId)) {
      throw new FlotillaError("conflict", `Interrupt ${answer.interruptId} was already answered.`);
    }
    await appendOutside(client, runId, locked, answer);
    if (open.length > 1) return false;
    await client.query(
      `UPDATE run SET segment = segment + 1, queued_at = NULL WHERE id = $1
       RETURNING pg_notify('${dueChannel}', '')`,
      [runId],
    );
    return true;
  });
}

/** Which of these running runs a person wants cancelled, and on whose word. */
export async function cancelRequests(
  pool: pg.Pool,
  runIds: string[],
): Promise<{ runId: string; by: string; reason: string | null }[]> {
  const { rows } = await pool.query<{ id: string; cancel_by: string; cancel_reason: string | null }>(
    "SELECT id, cancel_by, cancel_reason FROM run WHERE id = ANY ($1) AND cancel_by IS NOT NULL",
    [runIds],
  );
  return rows.map((row) => ({ runId: row.id, by: row.cancel_by, reason: row.cancel_reason }));
}
