import { newId, type NewNotification } from "@flotilla/core";
import type pg from "pg";
import { interruptChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";
import { answerIn, type GiveAnswer } from "./answer-interrupts.ts";
import { itemColumns, toItem, type ItemRow, type Owner } from "./inbox.ts";

/**
 * Answers interrupts of waiting runs that nobody has answered in time. Whoever else does the same takes others.
 *
 * @returns how many there were; call again when that is `limit`
 */
export async function expireInterrupts(
  pool: pg.Pool,
  limit: number,
  give: GiveAnswer,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<ItemRow & Owner>({
      name: "expired_interrupts",
      text: `SELECT ${itemColumns}, i.org_id, i.environment
             FROM interrupt i JOIN run ON run.id = i.run_id
             WHERE i.state = 'open' AND i.due_at <= now() AND i.expires_at <= now()
               AND run.status = 'waiting'
             ORDER BY i.due_at LIMIT $1 FOR UPDATE OF run SKIP LOCKED`,
      values: [limit],
    });
    if (rows.length === 0) return 0;
    const refs = rows.map(({ run_id, id }) => ({ runId: run_id, interruptId: id }));
    const outcomes = await answerIn(client, refs, give);
    const expired = rows.filter((_row, index) => outcomes[index] === null);
    await queue(client, "interrupt.expired", expired);
    // What cannot be answered does not come up again and again; people still can.
    const failed = refs.filter((_ref, index) => outcomes[index] !== null);
    if (failed.length > 0) await neverExpire(client, failed);
    return rows.length;
  });
}

async function neverExpire(
  client: pg.PoolClient,
  refs: readonly { runId: string; interruptId: string }[],
): Promise<void> {
  await client.query(
    `UPDATE interrupt i SET expires_at = NULL
     FROM unnest($1::text[], $2::text[]) AS r (run_id, id)
     WHERE i.run_id = r.run_id AND i.id = r.id AND i.state = 'open'`,
    [refs.map(({ runId }) => runId), refs.map(({ interruptId }) => interruptId)],
  );
}

/** Reminds those who are asked. Returns how many interrupts there were. */
export async function remindInterrupts(pool: pg.Pool, limit: number): Promise<number> {
  return change(pool, limit, "interrupt.reminded", {
    name: "remind_interrupts",
    column: "remind_at",
    // As often as it was missed, it counts once.
    set: "remind_at = now() + i.remind_seconds * interval '1 s'",
  });
}

/** Asks those who come after the ones that have not answered. Returns how many interrupts there were. */
export async function escalateInterrupts(pool: pg.Pool, limit: number): Promise<number> {
  return change(pool, limit, "interrupt.escalated", {
    name: "escalate_interrupts",
    column: "escalate_at",
    set: `escalate_at = NULL, escalated_at = now(), assignee = NULL,
      audience_user = CASE WHEN i.escalate_to IS NULL THEN i.audience_user END,
      audience_role = coalesce(i.escalate_to, i.audience_role)`,
  });
}

async function change(
  pool: pg.Pool,
  limit: number,
  event: NewNotification["event"],
  { name, column, set }: { name: string; column: "remind_at" | "escalate_at"; set: string },
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<ItemRow & Owner>({
      name,
      text: `WITH due AS MATERIALIZED (
               SELECT run_id, id FROM interrupt
               WHERE state = 'open' AND due_at <= now() AND ${column} <= now()
               ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
             )
             UPDATE interrupt i SET ${set} FROM due
             WHERE i.run_id = due.run_id AND i.id = due.id
             RETURNING ${itemColumns}, i.org_id, i.environment`,
      values: [limit],
    });
    await queue(client, event, rows);
    return rows.length;
  });
}

/** Tells the people of them, and those who look at the inbox. */
async function queue(
  client: pg.PoolClient,
  event: NewNotification["event"],
  rows: readonly (ItemRow & Owner)[],
): Promise<void> {
  if (rows.length === 0) return;
  const notifications = rows.map((row) => notificationOf(event, row));
  await client.query("SELECT queue_notifications($1::json)", [JSON.stringify(notifications)]);
  for (let start = 0; start < rows.length; start += 100) {
    const runIds = rows.slice(start, start + 100).map(({ run_id }) => run_id);
    await client.query("SELECT pg_notify($1, $2)", [interruptChannel, runIds.join(",")]);
  }
}

/** What people are told of an interrupt. */
export function notificationOf(
  event: NewNotification["event"],
  row: ItemRow & Owner,
): NewNotification {
  const item = toItem(row);
  const person = item.assignee ?? item.audience.userId;
  return {
    id: newId("ntf"),
    organisation: row.org_id,
    environment: row.environment,
    event,
    subject: item.prompt,
    agentName: item.agentName,
    runId: item.runId,
    ...(item.batchId && { batchId: item.batchId }),
    interruptId: item.interruptId,
    ...(item.audience.role && { audienceRole: item.audience.role }),
    ...(person && { audienceUser: person }),
  };
}
