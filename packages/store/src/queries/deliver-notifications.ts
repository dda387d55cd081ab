import type { DeliveryOutcome, NewNotification, Role, TakenDelivery } from "@flotilla/core";
import type pg from "pg";
import { toTarget, type TargetRow } from "./notification-channel.ts";

interface TakenRow extends TargetRow {
  id: string;
  attempts: number;
  recipient: string | null;
  user_id: string | null;
  role: Role | null;
  user_name: string | null;
  email: string | null;
  notification_id: string;
  org_id: string;
  environment: NewNotification["environment"];
  event: NewNotification["event"];
  subject: string;
  body: string;
  agent_name: string | null;
  run_id: string | null;
  batch_id: string | null;
  interrupt_id: string | null;
  data: NewNotification["data"] | null;
  at: Date;
  channel_id: string;
  channel_name: string;
}

/**
 * Takes deliveries that are due, a few of each channel, so that none is held up by another. Each is the taker's alone
 * until `leaseMs` have passed; then somebody else may send it again.
 *
 * @param busy channels that are to be left out
 */
export async function takeDeliveries(
  pool: pg.Pool,
  {
    limit,
    perChannel,
    leaseMs,
    busy,
  }: { limit: number; perChannel: number; leaseMs: number; busy: string[] },
): Promise<TakenDelivery[]> {
  const { rows } = await pool.query<TakenRow>({
    name: "take_deliveries",
    text: `
      WITH due AS MATERIALIZED (
        SELECT d.id FROM notification_channel c CROSS JOIN LATERAL (
          SELECT id, next_at FROM notification_delivery
          WHERE channel_id = c.id AND status = 'pending' AND next_at <= now()
          ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ) AS d
        WHERE c.id <> ALL ($4::text[])
        ORDER BY d.next_at LIMIT $1
      ), taken AS (
        UPDATE notification_delivery d
        SET attempts = attempts + 1, next_at = now() + $3 * interval '1 ms'
        FROM due WHERE d.id = due.id
        RETURNING d.id, d.attempts, d.recipient, d.user_id, d.notification_id, d.channel_id
      )
      SELECT t.id, t.attempts, t.recipient, t.user_id, t.notification_id, n.org_id, n.environment,
        n.event, n.subject, n.body, n.agent_name, n.run_id, n.batch_id, n.interrupt_id, n.data, n.at,
        c.id AS channel_id, c.name AS channel_name, c.kind, c.roles, c.users, c.target,
        m.role, u.name AS user_name, u.email
      FROM taken t
      JOIN notification n ON n.id = t.notification_id
      JOIN notification_channel c ON c.id = t.channel_id
      LEFT JOIN member m ON m.org_id = n.org_id AND m.user_id = t.user_id
      LEFT JOIN auth."user" u ON u.id = m.user_id`,
    values: [limit, perChannel, leaseMs, busy],
  });
  return rows.map(toTaken);
}

function toTaken(row: TakenRow): TakenDelivery {
  const { user_id: userId, role, agent_name, run_id, batch_id, interrupt_id, data } = row;
  const target = toTarget(row);
  return {
    id: row.id,
    attempt: row.attempts,
    notification: {
      id: row.notification_id,
      organisation: row.org_id,
      environment: row.environment,
      event: row.event,
      subject: row.subject,
      body: row.body,
      at: row.at.toISOString(),
      ...(agent_name !== null && { agentName: agent_name }),
      ...(run_id !== null && { runId: run_id }),
      ...(batch_id !== null && { batchId: batch_id }),
      ...(interrupt_id !== null && { interruptId: interrupt_id }),
      ...(data && { data }),
    },
    channel: { id: row.channel_id, name: row.channel_name, target },
    person: userId !== null && role ? { userId, role, name: row.user_name ?? "" } : null,
    // A webhook goes where its channel leads now.
    recipient: target.kind === "webhook" ? target.url : userId === null ? row.recipient : row.email,
  };
}

/** Keeps what became of an attempt, unless somebody else has taken the delivery meanwhile. */
export async function settleDelivery(
  pool: pg.Pool,
  { id, attempt }: Pick<TakenDelivery, "id" | "attempt">,
  outcome: DeliveryOutcome,
): Promise<void> {
  const isOver = outcome.kind !== "again";
  await pool.query({
    name: "settle_delivery",
    text: `
      UPDATE notification_delivery SET
        status = $3, last_error = $4, ended_at = CASE WHEN $3 <> 'pending' THEN now() END,
        next_at = now() + $5 * interval '1 ms'
      WHERE id = $1 AND attempts = $2 AND status = 'pending'`,
    values: [
      id,
      attempt,
      isOver ? outcome.kind : "pending",
      outcome.kind === "delivered" ? null : outcome.error,
      outcome.kind === "again" ? outcome.inMs : 0,
    ],
  });
}

/** Forgets notifications of so many days ago, with their deliveries; returns how many. */
export async function deleteOldNotifications(pool: pg.Pool, days: number): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM notification WHERE id IN (
       SELECT id FROM notification n
       WHERE at < now() - $1 * interval '1 day' AND spread_at IS NOT NULL
       ORDER BY id LIMIT 1000
     )`,
    [days],
  );
  return rowCount ?? 0;
}
