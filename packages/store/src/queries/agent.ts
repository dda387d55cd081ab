import { FlotillaError, type Agent, type AgentSpec } from "@flotilla/core";
import { sql, type InferResult } from "kysely";
import type { Database } from "../database.ts";
import type { Scope } from "../scope.ts";

/** Names are a scope's own; without one, agents are told by their ids. */
function agentVersions(db: Database, scope?: Scope) {
  const versions = db
    .selectFrom("agent")
    .innerJoin("agent_version", "agent_version.agent_id", "agent.id");
  const within = scope
    ? versions
        .where("agent.org_id", "=", scope.organisation)
        .where("agent.environment", "=", scope.environment)
    : versions;
  return within.select([
    "agent.id",
    "agent.name",
    "agent.archived_at",
    "agent_version.version",
    "agent_version.spec",
    "agent_version.note",
    "agent_version.created_by",
    "agent_version.created_at",
  ]);
}

function toAgent(row: InferResult<ReturnType<typeof agentVersions>>[number]): Agent {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    spec: row.spec,
    note: row.note,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    archivedAt: row.archived_at?.toISOString() ?? null,
  };
}

/** On which terms, and as whose, an agent gets a version. */
export interface ApplyTerms {
  /** Only if this is its newest version, 0: only if there is none. Throws `precondition`. */
  onVersion?: number | undefined;
  note?: string | undefined;
  by?: string | undefined;
}

/**
 * Makes the spec the agent's newest version: creates the agent, or adds a version when the
 * spec differs from the newest one, or changes nothing. An archived agent is taken back.
 *
 * @param newAgentId its id if it does not exist yet
 */
export async function applyAgent(
  db: Database,
  scope: Scope,
  spec: AgentSpec,
  newAgentId: string,
  { onVersion, note = "", by }: ApplyTerms = {},
): Promise<Agent> {
  const text = JSON.stringify(spec);
  const owner = { org_id: scope.organisation, environment: scope.environment };
  return db.transaction().execute(async (tx) => {
    // Whether it is new or not, its row is locked from here on.
    const agent = await tx
      .insertInto("agent")
      .values({ id: newAgentId, name: spec.name, ...owner })
      .onConflict((taken) =>
        taken.columns(["org_id", "environment", "name"]).doUpdateSet({ archived_at: null }),
      )
      .returning("id")
      .executeTakeFirstOrThrow();
    const newest = await tx
      .selectFrom("agent_version")
      .select(["version", sql<boolean>`spec::text = ${text}`.as("same")])
      .where("agent_id", "=", agent.id)
      .orderBy("version", "desc")
      .limit(1)
      .executeTakeFirst();
    checkVersion(spec.name, newest?.version ?? 0, onVersion);
    if (!newest?.same) {
      await tx
        .insertInto("agent_version")
        .values({
          ...{ agent_id: agent.id, version: (newest?.version ?? 0) + 1, spec: text, ...owner },
          ...{ note, created_by: by ?? null },
        })
        .execute();
    }
    return getAgent(tx, scope, spec.name);
  });
}

function checkVersion(name: string, newest: number, onVersion: number | undefined): void {
  if (onVersion === undefined || onVersion === newest) return;
  const is = newest === 0 ? "does not exist" : `is at version ${newest}`;
  throw new FlotillaError("precondition", `Agent "${name}" ${is}.`);
}

/** The newest version, or the one asked for. Throws `not_found`. */
export async function getAgent(
  db: Database,
  scope: Scope,
  name: string,
  version?: number,
): Promise<Agent> {
  let query = agentVersions(db, scope).where("agent.name", "=", name);
  if (version !== undefined) query = query.where("version", "=", version);
  const row = await query.orderBy("version", "desc").limit(1).executeTakeFirst();
  if (!row) {
    const what =
      version === undefined ? `agent "${name}"` : `version ${version} of agent "${name}"`;
    throw new FlotillaError("not_found", `There is no ${what}.`);
  }
  return toAgent(row);
}

/** A version by the agent's id, as runs pin it. Throws `not_found`. */
export async function getAgentVersion(
  db: Database,
  agentId: string,
  version: number,
): Promise<Agent> {
  const row = await agentVersions(db)
    .where("agent.id", "=", agentId)
    .where("version", "=", version)
    .executeTakeFirst();
  if (!row) throw new FlotillaError("not_found", `There is no version ${version} of ${agentId}.`);
  return toAgent(row);
}

/** The newest version of every agent, by name. */
export async function listAgents(db: Database, scope: Scope, archived: boolean): Promise<Agent[]> {
  const rows = await agentVersions(db, scope)
    .distinctOn("agent.name")
    .where("agent.archived_at", archived ? "is not" : "is", null)
    .orderBy("agent.name")
    .orderBy("version", "desc")
    .execute();
  return rows.map(toAgent);
}

/** All versions of an agent, newest first. Throws `not_found`. */
export async function listAgentVersions(
  db: Database,
  scope: Scope,
  name: string,
): Promise<Agent[]> {
  const rows = await agentVersions(db, scope)
    .where("agent.name", "=", name)
    .orderBy("version", "desc")
    .execute();
  if (rows.length === 0) throw new FlotillaError("not_found", `There is no agent "${name}".`);
  return rows.map(toAgent);
}

/** Archived agents start no new runs; those under way go on. Throws `not_found`. */
export async function archiveAgent(db: Database, scope: Scope, name: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("agent")
    .set((agent) => ({ archived_at: agent.fn.coalesce("archived_at", sql<Date>`now()`) }))
    .where("name", "=", name)
    .where("org_id", "=", scope.organisation)
    .where("environment", "=", scope.environment)
    .executeTakeFirst();
  if (!numUpdatedRows) throw new FlotillaError("not_found", `There is no agent "${name}".`);
}
