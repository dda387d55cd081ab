import {
  FlotillaError,
  type CredentialScope,
  type McpServer,
  type McpServerSpec,
  type McpSignIn,
} from "@flotilla/core";
import type pg from "pg";
import { mcpChannel } from "../notifier.ts";
import type { Scope } from "../scope.ts";

interface McpServerRow {
  id: string;
  org_id: string;
  environment: McpServer["environment"];
  name: string;
  transport: McpServer["transport"];
  hash: string;
  tools: string[];
  risks: McpServer["risks"];
  sampling: boolean;
  timeout_seconds: number;
  enabled: boolean;
  approved_hash: string | null;
  approved_by: string | null;
  created_by: string;
  created_at: Date;
  seen_at: Date | null;
  about: McpServer["about"];
  error: string | null;
  approved: number;
  waiting: number;
  changed: number;
  sign_in: McpServer["signIn"];
}

/** A server with how many of its tools are in which state, and the sign-in for how it is reached now. */
const columns = `s.*,
  (SELECT json_build_object(
     'needed', i.needed, 'by', i.connected_by, 'at', i.connected_at, 'issuer', i.issuer,
     'scope', i.scope, 'wantedScope', i.wanted_scope, 'expiresAt', i.expires_at)
   FROM mcp_sign_in i
   WHERE i.server_id = s.id AND i.hash = s.hash AND (i.needed IS NOT NULL OR i.version > 0)
  ) AS sign_in,
  (SELECT count(*)::int FROM mcp_tool t
   WHERE t.server_id = s.id AND t.pinned_hash = t.seen_hash) AS approved,
  (SELECT count(*)::int FROM mcp_tool t
   WHERE t.server_id = s.id AND t.seen_hash IS DISTINCT FROM t.pinned_hash AND t.seen_hash IS NOT NULL
  ) AS waiting,
  (SELECT count(*)::int FROM mcp_tool t
   WHERE t.server_id = s.id AND t.seen_hash <> t.pinned_hash) AS changed`;

function toMcpServer(row: McpServerRow): McpServer {
  return {
    id: row.id,
    organisation: row.org_id,
    environment: row.environment,
    name: row.name,
    transport: row.transport,
    hash: row.hash,
    tools: row.tools,
    risks: row.risks,
    sampling: row.sampling,
    timeoutSeconds: row.timeout_seconds,
    state: stateOf(row),
    approvedBy: row.approved_by,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    seenAt: row.seen_at?.toISOString() ?? null,
    error: row.error,
    about: row.about,
    signIn: row.sign_in && toSignIn(row.sign_in),
    approvedTools: row.approved,
    waitingTools: row.waiting,
  };
}

/** JSON of Postgres has times of its own form. */
function toSignIn(found: McpSignIn): McpSignIn {
  const time = (text: string | null) => text && new Date(text).toISOString();
  return { ...found, at: time(found.at), expiresAt: time(found.expiresAt) };
}

function stateOf(row: McpServerRow): McpServer["state"] {
  if (!row.enabled) return "disabled";
  if (row.approved_hash !== row.hash) return "pending";
  if (row.sign_in?.needed) return "needs_sign_in";
  return row.changed > 0 ? "changed" : "active";
}

/** Those that may be called, of every environment that is asked about. */
export async function usableMcpServers(
  pool: pg.Pool,
  { organisation, environment }: CredentialScope,
): Promise<McpServer[]> {
  const { rows } = await pool.query<McpServerRow>(
    `SELECT ${columns} FROM mcp_server s
     WHERE s.org_id = $1 AND s.environment = $2 AND s.enabled AND s.approved_hash = s.hash
     ORDER BY s.name`,
    [organisation, environment],
  );
  return rows.map(toMcpServer);
}

/** By name. */
export async function listMcpServers(pool: pg.Pool, scope: Scope): Promise<McpServer[]> {
  const { rows } = await pool.query<McpServerRow>(
    `SELECT ${columns} FROM mcp_server s WHERE s.org_id = $1 AND s.environment = $2 ORDER BY s.name`,
    [scope.organisation, scope.environment],
  );
  return rows.map(toMcpServer);
}

/** Throws `not_found`. */
export async function getMcpServer(pool: pg.Pool, scope: Scope, name: string): Promise<McpServer> {
  const { rows } = await pool.query<McpServerRow>(
    `SELECT ${columns} FROM mcp_server s
     WHERE s.org_id = $1 AND s.environment = $2 AND s.name = $3`,
    [scope.organisation, scope.environment, name],
  );
  if (!rows[0]) throw noServer(name);
  return toMcpServer(rows[0]);
}

export interface SetMcpServer extends McpServerSpec {
  id: string;
  hash: string;
  createdBy: string;
}

/**
 * Sets a server, in place of the one of that name; that keeps its id, and its approval if its transport is the one
 * that was approved. A sign-in for another transport is forgotten.
 */
export async function setMcpServer(
  pool: pg.Pool,
  scope: Scope,
  given: SetMcpServer,
): Promise<void> {
  const { id, name, transport, hash, tools, risks, sampling, timeoutSeconds, createdBy } = given;
  await pool.query(
    `WITH kept AS (
       INSERT INTO mcp_server AS s (
         id, org_id, environment, name, transport, hash, tools, risks, sampling, timeout_seconds, created_by
       ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (org_id, environment, name) DO UPDATE SET
         transport = excluded.transport, hash = excluded.hash, tools = excluded.tools,
         risks = excluded.risks, sampling = excluded.sampling,
         timeout_seconds = excluded.timeout_seconds
       RETURNING id, hash
     ), signed_out AS (
       DELETE FROM mcp_sign_in i USING kept k WHERE i.server_id = k.id AND i.hash <> k.hash
     ) SELECT pg_notify('${mcpChannel}', $2) FROM kept`,
    [
      ...[id, scope.organisation, scope.environment, name, JSON.stringify(transport), hash],
      ...[JSON.stringify(tools), JSON.stringify(risks), sampling, timeoutSeconds, createdBy],
    ],
  );
}

/**
 * Lets the server be used just as it was shown. Throws `not_found`, or `precondition` when its transport is another
 * by now.
 */
export async function approveMcpServer(
  pool: pg.Pool,
  scope: Scope,
  { name, hash, by }: { name: string; hash: string; by: string },
): Promise<void> {
  const { rows } = await pool.query<{ fits: boolean }>(
    `WITH found AS (
       SELECT id, hash = $4 AS fits FROM mcp_server
       WHERE org_id = $1 AND environment = $2 AND name = $3 FOR UPDATE
     ), approved AS (
       UPDATE mcp_server s SET approved_hash = $4, approved_by = $5
       FROM found f WHERE s.id = f.id AND f.fits
       RETURNING pg_notify('${mcpChannel}', $1)
     ) SELECT f.fits FROM found f LEFT JOIN approved ON true`,
    [scope.organisation, scope.environment, name, hash, by],
  );
  if (!rows[0]) throw noServer(name);
  if (rows[0].fits) return;
  throw new FlotillaError("precondition", `The hash is not of how ${name} is reached now.`, {
    remedy: "Look at the server again, and approve the hash that is shown there.",
  });
}

/** Throws `not_found`. */
export async function enableMcpServer(
  pool: pg.Pool,
  scope: Scope,
  name: string,
  enabled: boolean,
): Promise<void> {
  const { rowCount } = await pool.query(
    `UPDATE mcp_server SET enabled = $4 WHERE org_id = $1 AND environment = $2 AND name = $3
     RETURNING pg_notify('${mcpChannel}', $1)`,
    [scope.organisation, scope.environment, name, enabled],
  );
  if (!rowCount) throw noServer(name);
}

/** Its tools and its sign-in go with it. Throws `not_found`. */
export async function removeMcpServer(pool: pg.Pool, scope: Scope, name: string): Promise<void> {
  const { rowCount } = await pool.query(
    `WITH gone AS (
       DELETE FROM mcp_server WHERE org_id = $1 AND environment = $2 AND name = $3 RETURNING id
     ), signed_out AS (
       DELETE FROM mcp_sign_in i USING gone g WHERE i.server_id = g.id
     ), attempts AS (
       DELETE FROM mcp_sign_in_attempt a USING gone g WHERE a.server_id = g.id
     ) SELECT pg_notify('${mcpChannel}', $1) FROM gone`,
    [scope.organisation, scope.environment, name],
  );
  if (!rowCount) throw noServer(name);
}

function noServer(name: string): FlotillaError {
  return new FlotillaError("not_found", `There is no MCP server ${name}.`);
}
