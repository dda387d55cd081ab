import type { Activity, ActivityFilter } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type pg from "pg";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

/** Appends to the log, in one statement. Harmless when some of it is there already. */
export async function appendActivity(pool: pg.Pool, entries: Activity[]): Promise<void> {
  const of = <K extends keyof Activity>(key: K) => entries.map((entry) => entry[key]);
  await pool.query({
    name: "append_activity",
    text: `
      INSERT INTO activity (
        id, org_id, scope_environment, at, actor_kind, actor_id, actor_name, action, operation, resource,
        outcome, status, request_id, trace_id, ip, user_agent, details
      )
      SELECT
        id, org_id, scope_environment, at, actor_kind, actor_id, actor_name, action, operation, resource,
        outcome, status, request_id, trace_id, ip, user_agent, details::json
      FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::integer[], $13::text[], $14::text[],
        $15::text[], $16::text[], $17::text[]
      ) AS new (
        id, org_id, scope_environment, at, actor_kind, actor_id, actor_name, action, operation, resource,
        outcome, status, request_id, trace_id, ip, user_agent, details
      )
      ON CONFLICT (id) DO NOTHING`,
    values: [
      of("id"),
      of("organisation"),
      of("environment"),
      of("at"),
      entries.map(({ actor }) => actor.kind),
      entries.map(({ actor }) => actor.id),
      entries.map(({ actor }) => actor.name),
      of("action"),
      of("operation"),
      of("resource"),
      of("outcome"),
      of("status"),
      of("requestId"),
      of("traceId"),
      of("ip"),
      of("userAgent"),
      entries.map(({ details }) => details && JSON.stringify(details)),
    ],
  });
}

/**
 * The log, newest first.
 *
 * @param before only entries older than the one of this id
 */
export async function listActivity(
  db: Database,
  { before, limit, ...filter }: ActivityFilter & { before?: string | undefined; limit: number },
): Promise<Activity[]> {
  const { organisation, actor, action, resource, outcome, from, to } = filter;
  let query = db.selectFrom("activity").selectAll();
  if (before !== undefined) query = query.where("id", "<", before);
  if (organisation !== undefined) query = query.where("org_id", "=", organisation);
  if (actor !== undefined) query = query.where("actor_id", "=", actor);
  if (action !== undefined) query = query.where("action", "=", action);
  if (outcome !== undefined) query = query.where("outcome", "=", outcome);
  if (from !== undefined) query = query.where("at", ">=", new Date(from));
  if (to !== undefined) query = query.where("at", "<", new Date(to));
  if (resource !== undefined) {
    query = query.where(({ eb, or }) =>
      or([
        eb("resource", "=", resource),
        eb(sql`starts_with(resource, ${`${resource}/`})`, "=", true),
      ]),
    );
  }
  return (await query.orderBy("id", "desc").limit(limit).execute()).map(toActivity);
}

/** Deletes entries that are older, a bounded number at a time. Returns how many; call again until there are none. */
export async function deleteOldActivity(
  db: Database,
  days: number,
  limit = 5_000,
): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM activity WHERE id IN (
      SELECT id FROM activity WHERE at < now() - ${days} * interval '1 day' ORDER BY id LIMIT ${limit}
    )`.execute(db);
  return Number(numAffectedRows ?? 0);
}

function toActivity(row: Selectable<DB["activity"]>): Activity {
  return {
    id: row.id,
    organisation: row.org_id,
    environment: row.scope_environment,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    operation: row.operation,
    resource: row.resource,
    outcome: row.outcome,
    status: row.status,
    requestId: row.request_id,
    traceId: row.trace_id,
    ip: row.ip,
    userAgent: row.user_agent,
    details: row.details,
  };
}
