import {
  FlotillaError,
  rolePermissions,
  roles,
  type Delivery,
  type DeliveryStatus,
  type NewNotification,
} from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type pg from "pg";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";
import type { Scope } from "../scope.ts";

/**
 * Queues notifications, within the transaction that the database is: they are on their way when it is committed, and
 * never were when it is not. Those of a kind that no channel asks for leave nothing. A statement of one's own does
 * the same with `SELECT queue_notifications($1::json)`, given the same as JSON.
 */
export async function queueNotifications(
  db: Database,
  notifications: readonly NewNotification[],
): Promise<void> {
  if (notifications.length === 0) return;
  await sql`SELECT queue_notifications(${JSON.stringify(notifications)}::json)`.execute(db);
}

const answering = roles.filter((role) => rolePermissions[role].has("interrupts.answer"));

/**
 * Makes deliveries of queued notifications, one for each recipient of each channel that asks for them. Whoever else
 * does the same takes others.
 *
 * @returns how many notifications there were
 */
export async function spreadNotifications(pool: pg.Pool, limit: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: "spread_notifications",
    text: `
      WITH due AS MATERIALIZED (
        SELECT * FROM notification WHERE spread_at IS NULL
        ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
      ), wanted AS MATERIALIZED (
        SELECT n.id, n.org_id, n.environment, n.audience_role, n.audience_user, c.id AS channel_id,
          c.kind, c.roles, c.users, c.target
        FROM due n JOIN notification_channel c USING (org_id, environment)
        WHERE c.id = n.channel_id OR n.channel_id IS NULL AND n.event = ANY (c.events) AND (
          c.agents = '{}' OR EXISTS (
            SELECT FROM unnest(c.agents) AS glob WHERE fits_glob(glob, coalesce(n.agent_name, ''))))
      ), recipients AS (
        SELECT w.*, w.target->>'url' AS recipient, NULL AS user_id
        FROM wanted w WHERE w.kind = 'webhook'
        UNION ALL
        SELECT w.*, address, NULL
        FROM wanted w CROSS JOIN json_array_elements_text(w.target->'addresses') AS address
        WHERE w.kind = 'email'
        UNION ALL
        SELECT w.*, NULL, m.user_id
        FROM wanted w JOIN member m ON m.org_id = w.org_id
        LEFT JOIN preference p ON p.owner = 'user:' || m.user_id
        WHERE w.kind = 'email' AND (w.target->>'people')::boolean
          AND CASE WHEN w.audience_user IS NOT NULL THEN m.user_id = w.audience_user
            WHEN m.role = w.audience_role THEN true
            WHEN w.audience_role IS NULL THEN m.role = ANY ($2)
            -- The more powerful ones are asked too.
            ELSE m.role = ANY ($2)
              AND array_position($3::text[], m.role) < array_position($3::text[], w.audience_role) END
          AND (w.roles = '{}' AND w.users = '{}' OR m.role = ANY (w.roles)
            OR m.user_id = ANY (w.users))
          AND p.settings->>'notifications' IS DISTINCT FROM 'false'
      ), made AS (
        INSERT INTO notification_delivery (
          id, notification_id, channel_id, org_id, environment, recipient, user_id
        )
        SELECT 'dlv_' || substr(id, 5, 10)
            || substr(md5(concat_ws(' ', id, channel_id, recipient, user_id)), 1, 16),
          id, channel_id, org_id, environment, recipient, user_id
        FROM recipients
        ON CONFLICT (id) DO NOTHING
      )
      UPDATE notification n SET spread_at = now() FROM due WHERE n.id = due.id`,
    values: [limit, answering, roles],
  });
  return rowCount ?? 0;
}

type DeliveryRow = Selectable<DB["notification_delivery"]> &
  Pick<
    Selectable<DB["notification"]>,
    "event" | "subject" | "agent_name" | "run_id" | "interrupt_id"
  > & {
    channel: string;
    queued_at: Date;
  };

function toDelivery(row: DeliveryRow): Delivery {
  const isPending = row.status === "pending";
  return {
    id: row.id,
    notificationId: row.notification_id,
    channel: row.channel,
    event: row.event,
    subject: row.subject,
    agentName: row.agent_name,
    runId: row.run_id,
    interruptId: row.interrupt_id,
    recipient: row.recipient,
    userId: row.user_id,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    queuedAt: row.queued_at.toISOString(),
    nextAt: isPending ? row.next_at.toISOString() : null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

export interface DeliveryFilter {
  status?: DeliveryStatus | undefined;
  channel?: string | undefined;
  notificationId?: string | undefined;
}

/** The newest first. */
export async function listDeliveries(
  db: Database,
  scope: Scope,
  page: DeliveryFilter & { before?: string | undefined; limit: number },
): Promise<Delivery[]> {
  let query = deliveriesOf(db, scope).orderBy("d.id", "desc").limit(page.limit);
  if (page.status) query = query.where("d.status", "=", page.status);
  if (page.channel) query = query.where("channel.name", "=", page.channel);
  if (page.notificationId) query = query.where("d.notification_id", "=", page.notificationId);
  if (page.before) query = query.where("d.id", "<", page.before);
  return (await query.execute()).map(toDelivery);
}

function deliveriesOf(db: Database, { organisation, environment }: Scope) {
  return db
    .selectFrom("notification_delivery as d")
    .innerJoin("notification as n", "n.id", "d.notification_id")
    .innerJoin("notification_channel as channel", "channel.id", "d.channel_id")
    .selectAll("d")
    .select([
      "n.event",
      "n.subject",
      "n.agent_name",
      "n.run_id",
      "n.interrupt_id",
      "n.at as queued_at",
    ])
    .select("channel.name as channel")
    .where("d.org_id", "=", organisation)
    .where("d.environment", "=", environment);
}

/** Sends one again that was given up, as if it were new. Throws `not_found`, or `conflict` for one that was not. */
export async function retryDelivery(db: Database, scope: Scope, id: string): Promise<Delivery> {
  const { rows } = await sql<{ status: DeliveryStatus }>`
    WITH given_up AS (
      UPDATE notification_delivery SET status = 'pending', attempts = 0, next_at = now(), ended_at = NULL
      WHERE id = ${id} AND org_id = ${scope.organisation} AND environment = ${scope.environment}
        AND status = 'failed'
      RETURNING id
    )
    SELECT pg_notify('flotilla_notification', '') FROM given_up`.execute(db);
  const row = await deliveriesOf(db, scope).where("d.id", "=", id).executeTakeFirst();
  if (!row) throw new FlotillaError("not_found", `There is no delivery ${id}.`);
  if (rows.length === 0) {
    throw new FlotillaError(
      "conflict",
      `Delivery ${id} is ${row.status}; only failed ones are sent again.`,
    );
  }
  return toDelivery(row);
}
