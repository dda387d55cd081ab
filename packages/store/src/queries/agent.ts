import { FlotillaError, type Agent, type AgentSpec } from "@flotilla/core";
import type pg from "pg";
import { inTransaction } from "../transaction.ts";

interface AgentRow {
  id: string;
  name: string;
  version: number;
  spec: AgentSpec;
  created_at: Date;
  archived_at: Date | null;
}

const columns = `agent.id, agent.name, agent.archived_at,
  agent_version.version, agent_version.spec, agent_version.created_at`;

function toAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    spec: row.spec,
    createdAt: row.created_at.toISOString(),
    archivedAt: row.archived_at?.toISOString() ?? null,
  };
}

/**
 * Makes the spec the agent's newest version: creates the agent, or adds a version when the
 * spec differs from the newest one, or changes nothing. An archived agent is taken back.
 *
 * @param newAgentId its id if it does not exist yet
 */
export async function applyAgent(
  pool: pg.Pool,
  spec: AgentSpec,
  newAgentId: string,
): Promise<Agent> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO agent (id, name) VALUES ($1, $2)
       ON CONFLICT (org_id, name) DO UPDATE SET archived_at = NULL RETURNING id`,
      [newAgentId, spec.name],
    );
    const agentId = rows[0]?.id as string;
    await client.query(
      `INSERT INTO agent_version (agent_id, version, spec)
       SELECT $1, coalesce(newest.version, 0) + 1, $2::json
       FROM (SELECT 1) AS one LEFT JOIN LATERAL (
         SELECT version, spec FROM agent_version WHERE agent_id = $1 ORDER BY version DESC LIMIT 1
       ) AS newest ON true
       WHERE newest.spec IS NULL OR newest.spec::text <> $2::json::text`,
      [agentId, JSON.stringify(spec)],
    );
    const agent = await newestVersion(client, spec.name);
    return agent as Agent;
  });
}

async function newestVersion(
  db: pg.Pool | pg.PoolClient,
  name: string,
): Promise<Agent | undefined> {
  const { rows } = await db.query<AgentRow>(
    `SELECT ${columns} FROM agent JOIN agent_version ON agent_version.agent_id = agent.id
     WHERE agent.name = $1 ORDER BY version DESC LIMIT 1`,
    [name],
  );
  return rows[0] && toAgent(rows[0]);
}

/** The newest version, or the one asked for. Throws `not_found`. */
export async function getAgent(pool: pg.Pool, name: string, version?: number): Promise<Agent> {
  const { rows } = await pool.query<AgentRow>(
    `SELECT ${columns} FROM agent JOIN agent_version ON agent_version.agent_id = agent.id
     WHERE agent.name = $1 AND ($2::integer IS NULL OR version = $2) ORDER BY version DESC LIMIT 1`,
    [name, version ?? null],
  );
  const row = rows[0];
  if (!row) {
    const what = version === undefined ? `agent "${name}"` : `version ${version} of agent "${name}"`;
    throw new FlotillaError("not_found", `There is no ${what}.`);
  }
  return toAgent(row);
}

/** A version by the agent's id, as runs pin it. Throws `not_found`. */
export async function getAgentVersion(
  pool: pg.Pool,
  agentId: string,
  version: number,
): Promise<Agent> {
  const { rows } = await pool.query<AgentRow>(
    `SELECT ${columns} FROM agent JOIN agent_version ON agent_version.agent_id = agent.id
     WHERE agent.id = $1 AND version = $2`,
    [agentId, version],
  );
  const row = rows[0];
  if (!row) throw new FlotillaError("not_found", `There is no version ${version} of ${agentId}.`);
  return toAgent(row);
}

/** The newest version of every agent, by name. */
export async function listAgents(pool: pg.Pool, archived: boolean): Promise<Agent[]> {
  const { rows } = await pool.query<AgentRow>(
    `SELECT DISTINCT ON (agent.name) ${columns}
     FROM agent JOIN agent_version ON agent_version.agent_id = agent.id
     WHERE (agent.archived_at IS NOT NULL) = $1 ORDER BY agent.name, version DESC`,
    [archived],
  );
  return rows.map(toAgent);
}

/** All versions of an agent, newest first. Throws `not_found`. */
export async function listAgentVersions(pool: pg.Pool, name: string): Promise<Agent[]> {
  const { rows } = await pool.query<AgentRow>(
    `SELECT ${columns} FROM agent JOIN agent_version ON agent_version.agent_id = agent.id
     WHERE agent.name = $1 ORDER BY version DESC`,
    [name],
  );
  if (rows.length === 0) throw new FlotillaError("not_found", `There is no agent "${name}".`);
  return rows.map(toAgent);
}

/** Archived agents start no new runs; those under way go on. Throws `not_found`. */
export async function archiveAgent(pool: pg.Pool, name: string): Promise<void> {
  const { rowCount } = await pool.query(
    "UPDATE agent SET archived_at = coalesce(archived_at, now()) WHERE name = $1",
    [name],
  );
  if (!rowCount) throw new FlotillaError("not_found", `There is no agent "${name}".`);
}
