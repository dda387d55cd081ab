import { specFor, type AgentSpec, type Run } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

/** The agent as it is for the run at this point. */
export async function runAgent(
  agents: Pick<StoreView["agents"], "get">,
  { active, agentId, draft, request, changes }: Run,
): Promise<AgentSpec> {
  const { agentName, agentVersion } = active;
  const own = active.agentId === agentId ? draft : null;
  const spec = own ?? (await agents.get(agentName, agentVersion)).spec;
  return specFor(spec, request, changes);
}
