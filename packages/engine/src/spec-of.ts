import { specFor, type AgentSpec, type JsonObject, type Run } from "@flotilla/core";

/** Versions of agents, by id. */
type ReadSpec = (agentId: string, version: number) => Promise<AgentSpec>;

/**
 * The agent that a run is at the moment, as it is for this run. After a handoff it has the instructions,
 * tools and model of another one; what was promised of the run stays: its limits, its kind of answer,
 * and what a person approves.
 */
export async function specOf(read: ReadSpec, run: Run): Promise<AgentSpec> {
  const { active, request, changes, parent } = run;
  const first = run.draft ?? (await read(run.agentId, run.agentVersion));
  const isFirst = active.agentId === run.agentId;
  const spec = isFirst ? first : goingOn(first, await read(active.agentId, active.agentVersion));
  return withApprovals(specFor(spec, request, changes), parent?.approvals);
}

function goingOn(first: AgentSpec, next: AgentSpec): AgentSpec {
  const { output: _output, ...rest } = next;
  const { limits, output, outputRepairs, approvals } = first;
  const spec = { ...rest, limits, outputRepairs, ...(output && { output }) };
  return withApprovals(spec, approvals);
}

function withApprovals(spec: AgentSpec, more: string[] | undefined): AgentSpec {
  if (!more || more.length === 0) return spec;
  return { ...spec, approvals: [...new Set([...(spec.approvals ?? []), ...more])] };
}

/** The keys that the tree of a run shares, as the agent of its root says. */
export async function boardOf(read: ReadSpec, run: Run): Promise<Record<string, JsonObject>> {
  const { parent, draft } = run;
  const ofDraft = parent ? parent.blackboard : draft && (draft.team?.blackboard ?? {});
  if (ofDraft) return ofDraft;
  const { agentId, agentVersion } = parent?.rootAgent ?? run;
  return (await read(agentId, agentVersion)).team?.blackboard ?? {};
}
