import { FlotillaError, type NewTrigger, type Trigger } from "@flotilla/core";
import type pg from "pg";
import type { Scope } from "../scope.ts";

export interface TriggerRow {
  id: string;
  org_id: string;
  environment: Trigger["environment"];
  name: string;
  enabled: boolean;
  source: Trigger["source"];
  start: Trigger["start"];
  started_by: Trigger["startedBy"];
  created_by: string;
  created_at: Date;
}

export function toTrigger(row: TriggerRow): Trigger {
  return {
    id: row.id,
    name: row.name,
    organisation: row.org_id,
    environment: row.environment,
    source: row.source,
    start: row.start,
    enabled: row.enabled,
    startedBy: row.started_by,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

/** Sets a trigger, in place of the one of that name; that keeps its id, and so its address. */
export async function setTrigger(
  pool: pg.Pool,
  scope: Scope,
  { id, name, source, start, enabled, startedBy, createdBy }: NewTrigger,
): Promise<Trigger> {
  const { rows } = await pool.query<TriggerRow>(
    `INSERT INTO trigger AS t (
       id, org_id, environment, name, kind, enabled, source, start, started_by, created_by
     ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (org_id, environment, name) DO UPDATE SET
       kind = excluded.kind, enabled = excluded.enabled, source = excluded.source,
       start = excluded.start, started_by = excluded.started_by
     RETURNING *`,
    [
      ...[id, scope.organisation, scope.environment, name, source.kind, enabled],
      ...[JSON.stringify(source), JSON.stringify(start)],
      ...[startedBy && JSON.stringify(startedBy), createdBy],
    ],
  );
  return toTrigger(rows[0] as TriggerRow);
}

/** By name. */
export async function listTriggers(pool: pg.Pool, scope: Scope): Promise<Trigger[]> {
  const { rows } = await pool.query<TriggerRow>(
    "SELECT * FROM trigger WHERE org_id = $1 AND environment = $2 ORDER BY name",
    [scope.organisation, scope.environment],
  );
  return rows.map(toTrigger);
}

/** Throws `not_found`. */
export async function getTrigger(pool: pg.Pool, scope: Scope, name: string): Promise<Trigger> {
  const { rows } = await pool.query<TriggerRow>(
    "SELECT * FROM trigger WHERE org_id = $1 AND environment = $2 AND name = $3",
    [scope.organisation, scope.environment, name],
  );
  if (!rows[0]) throw new FlotillaError("not_found", `There is no trigger ${name}.`);
  return toTrigger(rows[0]);
}

/** Of any organisation; undefined when there is none. */
export async function findTrigger(pool: pg.Pool, id: string): Promise<Trigger | undefined> {
  const { rows } = await pool.query<TriggerRow>("SELECT * FROM trigger WHERE id = $1", [id]);
  return rows[0] && toTrigger(rows[0]);
}

/** Its history goes with it; what it has started goes on. Throws `not_found`. */
export async function removeTrigger(pool: pg.Pool, scope: Scope, name: string): Promise<void> {
  const { rowCount } = await pool.query(
    "DELETE FROM trigger WHERE org_id = $1 AND environment = $2 AND name = $3",
    [scope.organisation, scope.environment, name],
  );
  if (!rowCount) throw new FlotillaError("not_found", `There is no trigger ${name}.`);
}
