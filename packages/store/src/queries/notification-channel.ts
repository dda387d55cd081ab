import {
  FlotillaError,
  type ChannelTarget,
  type NewChannel,
  type NotificationChannel,
} from "@flotilla/core";
import type pg from "pg";
import type { Scope } from "../scope.ts";

type Target<Kind extends ChannelTarget["kind"]> = Extract<ChannelTarget, { kind: Kind }>;

/** What the columns of a channel say of where it goes. */
export interface TargetRow {
  kind: ChannelTarget["kind"];
  roles: Target<"email">["roles"];
  users: string[];
  target: Omit<Target<"webhook">, "kind"> & Omit<Target<"email">, "kind">;
}

interface ChannelRow extends TargetRow {
  id: string;
  org_id: string;
  environment: NotificationChannel["environment"];
  name: string;
  events: NotificationChannel["events"];
  agents: string[];
  created_by: string;
  created_at: Date;
}

export function toTarget({ kind, roles, users, target }: TargetRow): ChannelTarget {
  const { url, headers, credential, addresses, people } = target;
  return kind === "webhook"
    ? { kind, url, headers, credential }
    : { kind, addresses, people, roles, users };
}

function toChannel(row: ChannelRow): NotificationChannel {
  return {
    id: row.id,
    name: row.name,
    organisation: row.org_id,
    environment: row.environment,
    events: row.events,
    agents: row.agents,
    target: toTarget(row),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

/** Sets a channel, in place of the one of that name; what is on its way to that one goes to the new target. */
export async function setChannel(
  pool: pg.Pool,
  scope: Scope,
  { id, name, events, agents, target, createdBy }: NewChannel,
): Promise<NotificationChannel> {
  const { kind, roles, users, ...rest } = { roles: [], users: [], ...target };
  const { rows } = await pool.query<ChannelRow>(
    `INSERT INTO notification_channel AS c (
       id, org_id, environment, name, kind, events, agents, roles, users, target, created_by
     ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (org_id, environment, name) DO UPDATE SET
       kind = excluded.kind, events = excluded.events, agents = excluded.agents,
       roles = excluded.roles, users = excluded.users, target = excluded.target
     RETURNING *`,
    [
      ...[id, scope.organisation, scope.environment, name, kind, events, agents, roles, users],
      ...[JSON.stringify(rest), createdBy],
    ],
  );
  return toChannel(rows[0] as ChannelRow);
}

export async function listChannels(pool: pg.Pool, scope: Scope): Promise<NotificationChannel[]> {
  const { rows } = await pool.query<ChannelRow>(
    `SELECT * FROM notification_channel WHERE org_id = $1 AND environment = $2 ORDER BY name`,
    [scope.organisation, scope.environment],
  );
  return rows.map(toChannel);
}

/** Throws `not_found`. */
export async function getChannel(
  pool: pg.Pool,
  scope: Scope,
  name: string,
): Promise<NotificationChannel> {
  const { rows } = await pool.query<ChannelRow>(
    `SELECT * FROM notification_channel WHERE org_id = $1 AND environment = $2 AND name = $3`,
    [scope.organisation, scope.environment, name],
  );
  if (!rows[0]) throw noChannel(name);
  return toChannel(rows[0]);
}

/** What is on its way goes with it. Throws `not_found`. */
export async function removeChannel(pool: pg.Pool, scope: Scope, name: string): Promise<void> {
  const { rowCount } = await pool.query(
    `DELETE FROM notification_channel WHERE org_id = $1 AND environment = $2 AND name = $3`,
    [scope.organisation, scope.environment, name],
  );
  if (!rowCount) throw noChannel(name);
}

function noChannel(name: string): FlotillaError {
  return new FlotillaError("not_found", `There is no notification channel ${name}.`);
}
