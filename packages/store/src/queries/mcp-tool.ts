import { FlotillaError, type McpDefinition, type McpSighting, type McpTool } from "@flotilla/core";
import type pg from "pg";
import { mcpChannel } from "../notifier.ts";

interface McpToolRow {
  server_id: string;
  tool: string;
  name: string;
  pinned: McpDefinition | null;
  pinned_hash: string | null;
  approved_by: string | null;
  approved_at: Date | null;
  seen: McpDefinition | null;
  seen_hash: string | null;
}

function toMcpTool(row: McpToolRow): McpTool {
  return {
    tool: row.tool,
    name: row.name,
    pinned: row.pinned,
    pinnedHash: row.pinned_hash,
    approvedBy: row.approved_by,
    approvedAt: row.approved_at?.toISOString() ?? null,
    seen: row.seen,
    seenHash: row.seen_hash,
  };
}

/** By name; of each of the servers. */
export async function toolsOfMcpServers(
  pool: pg.Pool,
  serverIds: readonly string[],
): Promise<Map<string, McpTool[]>> {
  const { rows } = await pool.query<McpToolRow>(
    "SELECT * FROM mcp_tool WHERE server_id = ANY ($1) ORDER BY name",
    [serverIds],
  );
  const found = new Map<string, McpTool[]>(serverIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.server_id)?.push(toMcpTool(row));
  return found;
}

/** By name. */
export async function listMcpTools(pool: pg.Pool, serverId: string): Promise<McpTool[]> {
  return (await toolsOfMcpServers(pool, [serverId])).get(serverId) ?? [];
}

/**
 * Keeps what was seen of a server. What was approved stays as it is: a tool that says something else is held back until
 * somebody approves that. Whoever has the tools in memory is told when something changed, and those who look after them
 * when what was approved was.
 *
 * @param notificationId of the one that this may queue
 */
export async function seeMcpServer(
  pool: pg.Pool,
  serverId: string,
  { about, error, tools }: McpSighting,
  notificationId: string,
): Promise<void> {
  await pool.query(
    `WITH server AS (
       UPDATE mcp_server SET seen_at = now(), about = coalesce($2, about), error = $3
       WHERE id = $1 RETURNING id, org_id, environment, name
     ), now_seen AS (
       SELECT * FROM json_to_recordset($4) AS n (tool text, name text, hash text, definition json)
     ), kept AS (
       INSERT INTO mcp_tool AS t (server_id, org_id, environment, tool, name, seen, seen_hash)
       SELECT s.id, s.org_id, s.environment, n.tool, n.name, n.definition, n.hash
       FROM server s, now_seen n
       ON CONFLICT (server_id, tool) DO UPDATE SET
         seen = excluded.seen, seen_hash = excluded.seen_hash
         WHERE t.seen_hash IS DISTINCT FROM excluded.seen_hash
       RETURNING tool, seen_hash <> pinned_hash AS differs
     ), gone AS (
       UPDATE mcp_tool t SET seen = NULL, seen_hash = NULL FROM server s
       WHERE t.server_id = s.id AND $4::json IS NOT NULL AND t.seen_hash IS NOT NULL
         AND t.pinned_hash IS NOT NULL AND t.tool NOT IN (SELECT tool FROM now_seen)
       RETURNING 1
     ), forgotten AS (
       DELETE FROM mcp_tool t USING server s
       WHERE t.server_id = s.id AND $4::json IS NOT NULL AND t.pinned_hash IS NULL
         AND t.tool NOT IN (SELECT tool FROM now_seen)
       RETURNING 1
     ), changed AS (
       SELECT count(*)::int AS tools, string_agg(tool, ', ' ORDER BY tool) AS names,
         json_agg(tool ORDER BY tool) AS list
       FROM kept WHERE differs
     ) SELECT pg_notify('${mcpChannel}', s.org_id),
         CASE WHEN c.tools > 0 THEN queue_notifications(json_build_array(json_build_object(
           'id', $5::text, 'organisation', s.org_id, 'environment', s.environment,
           'event', 'mcp.tool_changed', 'audienceRole', 'admin',
           'subject', CASE c.tools WHEN 1 THEN format('A tool of the MCP server %s says', s.name)
             ELSE format('%s tools of the MCP server %s say', c.tools, s.name) END
             || ' something else than what was approved',
           'body', format('Held back in every run until somebody approves it: %s.', left(c.names, 2000)),
           'data', json_build_object('mcpServer', s.name, 'tools', c.list)))) END
       FROM server s, changed c
       WHERE EXISTS (SELECT FROM kept) OR EXISTS (SELECT FROM gone) OR EXISTS (SELECT FROM forgotten)`,
    [
      ...[serverId, about && JSON.stringify(about), error, tools && JSON.stringify(tools)],
      notificationId,
    ],
  );
}

/**
 * Approves what tools say, each by the hash of what was shown. All or none: throws `precondition` with the names of those that
 * say something else by now.
 */
export async function approveMcpTools(
  pool: pg.Pool,
  serverId: string,
  given: { tools: { tool: string; hash: string }[]; by: string },
): Promise<void> {
  const { rows } = await pool.query<{ tool: string; fits: boolean }>(
    `WITH asked AS (
       SELECT * FROM json_to_recordset($2) AS a (tool text, hash text)
     ), found AS (
       SELECT t.tool FROM mcp_tool t JOIN asked a ON t.tool = a.tool AND t.seen_hash = a.hash
       WHERE t.server_id = $1 FOR UPDATE OF t
     ), approved AS (
       UPDATE mcp_tool t SET
         pinned = t.seen, pinned_hash = t.seen_hash, approved_by = $3, approved_at = now()
       FROM found f
       WHERE t.server_id = $1 AND t.tool = f.tool
         AND (SELECT count(*) FROM found) = (SELECT count(*) FROM asked)
       RETURNING t.org_id
     ), told AS (
       SELECT pg_notify('${mcpChannel}', org_id) FROM approved LIMIT 1
     ) SELECT a.tool, EXISTS (SELECT FROM found f WHERE f.tool = a.tool) AS fits
       FROM asked a LEFT JOIN told ON true`,
    [serverId, JSON.stringify(given.tools), given.by],
  );
  const others = rows.filter(({ fits }) => !fits).map(({ tool }) => tool);
  if (others.length === 0) return;
  const message = `These tools say something else than what was approved: ${others.join(", ")}.`;
  throw new FlotillaError("precondition", message, {
    remedy: "Look at the tools again, and approve the hashes that are shown there.",
  });
}

/** Takes approvals back: the tools are not called until they are approved again. */
export async function withdrawMcpTools(
  pool: pg.Pool,
  serverId: string,
  tools: readonly string[],
): Promise<void> {
  await pool.query(
    `WITH withdrawn AS (
       UPDATE mcp_tool SET pinned = NULL, pinned_hash = NULL, approved_by = NULL, approved_at = NULL
       WHERE server_id = $1 AND tool = ANY ($2) RETURNING org_id
     ) SELECT pg_notify('${mcpChannel}', org_id) FROM withdrawn LIMIT 1`,
    [serverId, tools],
  );
}
