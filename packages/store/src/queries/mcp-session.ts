import { FlotillaError, type JsonObject } from "@flotilla/core";
import type pg from "pg";
import type { Scope } from "../scope.ts";

/** What is known of an MCP client between its requests. */
export interface McpSession {
  id: string;
  /** The parameters of its `initialize` request. */
  opening: JsonObject;
  /** The revision of the protocol that was agreed on. */
  protocol: string;
  logLevel: string | null;
  /** URIs of the resources of whose changes it wants to be told. */
  subscriptions: string[];
}

interface Row {
  id: string;
  opening: JsonObject;
  protocol: string;
  log_level: string | null;
  subscriptions: string[];
}

/** A session that nobody has used for so long is forgotten. */
const idleDays = 7;
/** Its use is noted this often. */
const notedMinutes = 10;
const columns = "id, opening, protocol, log_level, subscriptions";

/** @param caller whose session it is */
export async function openSession(
  pool: pg.Pool,
  scope: Scope,
  caller: string,
  { id, opening, protocol }: Pick<McpSession, "id" | "opening" | "protocol">,
): Promise<void> {
  await pool.query(
    `INSERT INTO mcp_session (id, org_id, environment, caller, opening, protocol)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, scope.organisation, scope.environment, caller, JSON.stringify(opening), protocol],
  );
}

/** The caller's session. Throws `not_found`, for somebody else's too. */
export async function useSession(pool: pg.Pool, caller: string, id: string): Promise<McpSession> {
  const { rows } = await pool.query<Row>(
    `WITH noted AS (
       UPDATE mcp_session SET seen_at = now()
       WHERE id = $1 AND caller = $2 AND seen_at < now() - interval '${notedMinutes} minutes'
         AND seen_at > now() - interval '${idleDays} days'
     )
     SELECT ${columns} FROM mcp_session
     WHERE id = $1 AND caller = $2 AND seen_at > now() - interval '${idleDays} days'`,
    [id, caller],
  );
  const [row] = rows;
  if (!row) throw notThere(id);
  const { opening, protocol, log_level: logLevel, subscriptions } = row;
  return { id: row.id, opening, protocol, logLevel, subscriptions };
}

/** Keeps how much of the log it wants to be told. */
export async function setSessionLevel(pool: pg.Pool, id: string, level: string): Promise<void> {
  await pool.query("UPDATE mcp_session SET log_level = $2 WHERE id = $1", [id, level]);
}

/** Adds a resource to those of whose changes it is told. Throws `too_large` when they are `most` already. */
export async function subscribeSession(
  pool: pg.Pool,
  id: string,
  uri: string,
  most: number,
): Promise<void> {
  const { rowCount } = await pool.query(
    `UPDATE mcp_session SET subscriptions = array_append(array_remove(subscriptions, $2), $2)
     WHERE id = $1 AND (cardinality(subscriptions) < $3 OR $2 = ANY (subscriptions))`,
    [id, uri, most],
  );
  if (rowCount) return;
  throw new FlotillaError("too_large", `A session has ${most} subscriptions at most.`, {
    remedy: "Unsubscribe from some.",
  });
}

export async function unsubscribeSession(pool: pg.Pool, id: string, uri: string): Promise<void> {
  await pool.query(
    "UPDATE mcp_session SET subscriptions = array_remove(subscriptions, $2) WHERE id = $1",
    [id, uri],
  );
}

/** Ends the caller's session. Throws `not_found`. */
export async function endSession(pool: pg.Pool, caller: string, id: string): Promise<void> {
  const { rowCount } = await pool.query("DELETE FROM mcp_session WHERE id = $1 AND caller = $2", [
    id,
    caller,
  ]);
  if (!rowCount) throw notThere(id);
}

/** Deletes sessions that nobody has used for a week. */
export async function deleteIdleSessions(pool: pg.Pool): Promise<void> {
  await pool.query(`DELETE FROM mcp_session WHERE seen_at < now() - interval '${idleDays} days'`);
}

function notThere(id: string): FlotillaError {
  return new FlotillaError("not_found", `There is no MCP session ${id.slice(0, 100)}.`, {
    remedy: "Begin another one with an initialize request.",
  });
}
