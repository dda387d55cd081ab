import type { AgentSpec } from "./agent.ts";
import type { RunChanges } from "./run-changes.ts";
import type { RunRequest } from "./run-request.ts";

/** The agent as it is for one run. The answer may be shorter than the agent allows, never longer. */
export function specFor(
  agent: AgentSpec,
  request: RunRequest | null,
  changes: RunChanges | null = null,
): AgentSpec {
  const { model = agent.model, instructions: own = agent.instructions } = changes ?? {};
  const spec = changes ? { ...agent, model, instructions: own } : agent;
  if (!request) return spec;
  const { instructions = "", settings = {}, output } = request;
  // A fork changes what its run was asked for.
  const asked = changes?.model === undefined && request.model !== undefined;
  const most = [spec.settings.maxOutputTokens, settings.maxOutputTokens].filter(
    (one) => one !== undefined,
  );
  return {
    ...spec,
    ...(asked && { model: request.model }),
    instructions: [spec.instructions, instructions].filter((one) => one !== "").join("\n\n"),
    settings: {
      ...spec.settings,
      ...settings,
      ...(most.length > 0 && { maxOutputTokens: Math.min(...most) }),
    },
    ...(output && !spec.output && { output }),
  };
}
