import {
  draftVersion,
  FlotillaError,
  newId,
  type Agent,
  type AgentSpec,
  type HistoryRef,
  type Label,
  type NewRun,
  type RunInput,
  type RunRequest,
  type StartedBy,
} from "@flotilla/core";
import { correlation } from "./correlation.ts";

/** What starting a run needs of the platform. */
export interface StartRunParts {
  agents: { get(name: string, version?: number): Promise<Agent> };
  runs: { create(run: NewRun): Promise<void> };
}

export interface StartRun {
  agent: string;
  version?: number | undefined;
  input: RunInput;
  /** Default: a new one. */
  runId?: string | undefined;
  /** What was said before. */
  history?: HistoryRef | undefined;
  /** What it does otherwise than its agent. */
  request?: RunRequest | undefined;
  organisation?: string | undefined;
  user?: string | undefined;
  startedBy?: StartedBy | undefined;
  /** Where the input comes from. */
  labels?: Label[] | undefined;
}

/** An agent that is tried before it is saved. */
export interface StartDraft extends Omit<StartRun, "agent" | "version"> {
  spec: AgentSpec;
  /** Of the agent that it is to be a version of; left out: there is none yet. */
  agentId?: string | undefined;
}

/**
 * Creates a run of an agent, pinned to a version. When this resolves the run is durable and due in
 * the queue. Throws `not_found`, or `conflict` for an archived agent.
 *
 * @returns the run's id
 */
export async function startRun(parts: StartRunParts, start: StartRun): Promise<string> {
  const agent = await startableAgent(parts, start.agent, start.version);
  const run = runOf(agent, start);
  await parts.runs.create(run);
  return run.runId;
}

/**
 * Creates a run of an agent that is not saved: the run's own journal keeps it.
 *
 * @returns the run's id
 */
export async function startDraft(
  { runs }: Pick<StartRunParts, "runs">,
  { spec, agentId: id = newId("agt"), ...start }: StartDraft,
): Promise<string> {
  const run = runOf({ id, name: spec.name, version: draftVersion }, start);
  await runs.create({ ...run, draft: spec });
  return run.runId;
}

/** A new run of an agent, as the store takes it. */
export function runOf(
  agent: Pick<Agent, "id" | "name" | "version">,
  start: Omit<StartRun, "agent" | "version">,
): NewRun {
  const traceId = correlation()?.traceId;
  return {
    runId: start.runId ?? newId("run"),
    agentId: agent.id,
    agentName: agent.name,
    agentVersion: agent.version,
    input: start.input,
    ...(start.organisation !== undefined && { organisation: start.organisation }),
    ...(start.user !== undefined && { user: start.user }),
    ...(traceId !== undefined && { traceId }),
    ...(start.startedBy !== undefined && { startedBy: start.startedBy }),
    ...(start.history && { history: start.history }),
    ...(start.request && { request: start.request }),
    ...(start.labels && start.labels.length > 0 && { labels: start.labels }),
    interactive: true,
  };
}

/** The agent version to start with. Throws `not_found`, or `conflict` when it is archived. */
export async function startableAgent(
  parts: Pick<StartRunParts, "agents">,
  name: string,
  version?: number,
): Promise<Agent> {
  const agent = await parts.agents.get(name, version);
  if (agent.archivedAt) {
    throw new FlotillaError("conflict", `Agent "${name}" is archived.`, {
      remedy: "Apply it again to take it back.",
    });
  }
  return agent;
}
