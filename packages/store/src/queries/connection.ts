import { FlotillaError, type Connection } from "@flotilla/core";
import type pg from "pg";
import type { Scope } from "../scope.ts";

/** What is kept of a connection when it is set. */
export type NewConnection = Pick<
  Connection,
  "id" | "name" | "description" | "settings" | "credential" | "createdBy"
>;

interface ConnectionRow {
  id: string;
  org_id: string;
  environment: Connection["environment"];
  name: string;
  description: string;
  settings: Connection["settings"];
  credential: string | null;
  created_by: string;
  created_at: Date;
  tested_at: Date | null;
  test_message: string | null;
}

function toConnection(row: ConnectionRow): Connection {
  const { tested_at: testedAt, test_message: message } = row;
  return {
    id: row.id,
    organisation: row.org_id,
    environment: row.environment,
    name: row.name,
    description: row.description,
    settings: row.settings,
    credential: row.credential,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    test: testedAt && {
      ok: message === "",
      message: message ?? "",
      at: testedAt.toISOString(),
    },
  };
}

/** Sets a connection, in place of the one of that name; what was said of that one's test is forgotten. */
export async function setConnection(
  pool: pg.Pool,
  scope: Scope,
  { id, name, description, settings, credential, createdBy }: NewConnection,
): Promise<Connection> {
  const { rows } = await pool.query<ConnectionRow>(
    `INSERT INTO connection (
       id, org_id, environment, name, description, settings, credential, created_by
     ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (org_id, environment, name) DO UPDATE SET
       description = excluded.description, settings = excluded.settings,
       credential = excluded.credential, tested_at = NULL, test_message = NULL
     RETURNING *`,
    [
      ...[id, scope.organisation, scope.environment, name, description],
      ...[JSON.stringify(settings), credential, createdBy],
    ],
  );
  return toConnection(rows[0] as ConnectionRow);
}

/** By name. */
export async function listConnections(pool: pg.Pool, scope: Scope): Promise<Connection[]> {
  const { rows } = await pool.query<ConnectionRow>(
    "SELECT * FROM connection WHERE org_id = $1 AND environment = $2 ORDER BY name",
    [scope.organisation, scope.environment],
  );
  return rows.map(toConnection);
}

/** Undefined when there is none of that name. */
export async function findConnection(
  pool: pg.Pool,
  scope: Scope,
  name: string,
): Promise<Connection | undefined> {
  const { rows } = await pool.query<ConnectionRow>(
    "SELECT * FROM connection WHERE org_id = $1 AND environment = $2 AND name = $3",
    [scope.organisation, scope.environment, name],
  );
  return rows[0] && toConnection(rows[0]);
}

/** Throws `not_found`. */
export async function removeConnection(pool: pg.Pool, scope: Scope, name: string): Promise<void> {
  const { rowCount } = await pool.query(
    "DELETE FROM connection WHERE org_id = $1 AND environment = $2 AND name = $3",
    [scope.organisation, scope.environment, name],
  );
  if (!rowCount) throw new FlotillaError("not_found", `There is no connection ${name}.`);
}

/** Notes what a test of a connection came to; nothing when it was set anew meanwhile. */
export async function noteConnectionTest(
  pool: pg.Pool,
  scope: Scope,
  tested: Pick<Connection, "id" | "settings" | "credential"> & { message: string },
): Promise<void> {
  await pool.query(
    `UPDATE connection SET tested_at = now(), test_message = $6
     WHERE id = $3 AND org_id = $1 AND environment = $2
       AND settings::text = $4 AND credential IS NOT DISTINCT FROM $5`,
    [
      ...[scope.organisation, scope.environment, tested.id],
      ...[JSON.stringify(tested.settings), tested.credential, tested.message],
    ],
  );
}
