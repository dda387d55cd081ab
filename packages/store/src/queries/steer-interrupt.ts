import { FlotillaError, newId, type InboxItem, type InterruptComment } from "@flotilla/core";
import type pg from "pg";
import { interruptChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";
import type { InterruptRef } from "./answer-interrupts.ts";
import { notificationOf } from "./due-interrupts.ts";
import { itemColumns, toItem, type ItemRow, type Owner } from "./inbox.ts";

/** An interrupt, whatever its state. Throws `not_found`. */
export async function getInterrupt(pool: pg.Pool, ref: InterruptRef): Promise<InboxItem> {
  return toItem(await readRow(pool, ref));
}

async function readRow(
  client: Pick<pg.PoolClient, "query">,
  { runId, interruptId }: InterruptRef,
  lock = "",
): Promise<ItemRow & Owner> {
  const { rows } = await client.query<ItemRow & Owner>(
    `SELECT ${itemColumns}, i.org_id, i.environment FROM interrupt i
     WHERE i.run_id = $1 AND i.id = $2 ${lock}`,
    [runId, interruptId],
  );
  if (rows[0]) return rows[0];
  throw new FlotillaError("not_found", `Run ${runId} has no interrupt ${interruptId}.`);
}

/**
 * Makes one person the only one who may answer; null: those who were asked may again. He is told.
 *
 * Throws `not_found`, or `conflict` when it is not open any more.
 */
export async function assignInterrupt(
  pool: pg.Pool,
  ref: InterruptRef,
  assignee: string | null,
): Promise<InboxItem> {
  return inTransaction(pool, async (client) => {
    const before = await readRow(client, ref, "FOR UPDATE OF i");
    if (before.state !== "open") {
      throw new FlotillaError("conflict", `Interrupt ${ref.interruptId} is ${before.state}.`);
    }
    const row = { ...before, assignee };
    await client.query(
      `UPDATE interrupt SET assignee = $3 WHERE run_id = $1 AND id = $2
       RETURNING pg_notify('${interruptChannel}', $1)`,
      [ref.runId, ref.interruptId, assignee],
    );
    if (assignee !== null && assignee !== before.assignee) {
      await tell(client, "interrupt.assigned", row);
    }
    return toItem(row);
  });
}

async function tell(
  client: pg.PoolClient,
  event: "interrupt.assigned" | "interrupt.commented",
  row: ItemRow & Owner,
): Promise<void> {
  const notification = notificationOf(event, row);
  await client.query("SELECT queue_notifications($1::json)", [JSON.stringify([notification])]);
}

export interface NewComment {
  by: string;
  userId: string | null;
  text: string;
}

/** Says something about an interrupt. Those who are asked are told. Throws `not_found`. */
export async function addComment(
  pool: pg.Pool,
  ref: InterruptRef,
  { by, userId, text }: NewComment,
): Promise<InterruptComment> {
  return inTransaction(pool, async (client) => {
    const row = await readRow(client, ref);
    const { rows } = await client.query<CommentRow>(
      `INSERT INTO interrupt_comment
         (id, org_id, environment, run_id, interrupt_id, user_id, by_name, text)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       RETURNING *, pg_notify('${interruptChannel}', $4)`,
      [newId("cmt"), row.org_id, row.environment, ref.runId, ref.interruptId, userId, by, text],
    );
    if (row.state === "open") await tell(client, "interrupt.commented", row);
    return toComment(rows[0] as CommentRow);
  });
}

interface CommentRow {
  id: string;
  by_name: string;
  user_id: string | null;
  text: string;
  at: Date;
}

function toComment(row: CommentRow): InterruptComment {
  const { id, by_name: by, user_id: userId, text, at } = row;
  return { id, by, userId, text, at: at.toISOString() };
}

/** What was said about an interrupt, the oldest first. */
export async function listComments(
  pool: pg.Pool,
  { runId, interruptId }: InterruptRef,
): Promise<InterruptComment[]> {
  const { rows } = await pool.query<CommentRow>(
    `SELECT id, by_name, user_id, text, at FROM interrupt_comment
     WHERE run_id = $1 AND interrupt_id = $2 ORDER BY id`,
    [runId, interruptId],
  );
  return rows.map(toComment);
}
