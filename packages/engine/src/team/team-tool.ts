import type { AgentSpec, JsonObject, ToolSpec } from "@flotilla/core";

/** A tool as a model of this agent sees it: those that name other agents say which there are. */
export function teamTool(tool: ToolSpec, { team }: Pick<AgentSpec, "team">): ToolSpec {
  const names = { delegate: team?.workers, handoff: team?.handoffs }[tool.name];
  if (!names || names.length === 0) return tool;
  const properties = tool.input["properties"] as JsonObject;
  const agent = { ...(properties["agent"] as JsonObject), enum: names };
  return { ...tool, input: { ...tool.input, properties: { ...properties, agent } } };
}
