import {
  FlotillaError,
  newId,
  type Agent,
  type NewRun,
  type RunInput,
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
  organisation?: string | undefined;
  user?: string | undefined;
  startedBy?: StartedBy | undefined;
}

/**
 * Creates a run of an agent, pinned to a version. When this resolves the run is durable and due in
 * the queue. Throws `not_found`, or `conflict` for an archived agent.
 *
 * @returns the run's id
 */
export async function startRun(parts: StartRunParts, start: StartRun): Promise<string> {
  const agent = await startableAgent(parts, start.agent, start.version);
  const runId = newId("run");
  const traceId = correlation()?.traceId;
  await parts.runs.create({
    runId,
    agentId: agent.id,
    agentName: agent.name,
    agentVersion: agent.version,
    input: start.input,
    ...(start.organisation !== undefined && { organisation: start.organisation }),
    ...(start.user !== undefined && { user: start.user }),
    ...(traceId !== undefined && { traceId }),
    ...(start.startedBy !== undefined && { startedBy: start.startedBy }),
    interactive: true,
  });
  return runId;
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
