import { isServerTool, matchesGlob, type AgentSpec, type ToolPort } from "@flotilla/core";

/**
 * The agent with the tools of MCP servers that it has now, in the place of the names and patterns by which its spec says which it
 * may have. One that is held back, or whose server is off, is not offered until it is there again.
 */
export function withServerTools(spec: AgentSpec, tools: Pick<ToolPort, "list">): AgentSpec {
  if (!spec.tools.some(isServerTool)) return spec;
  const there = tools.list().flatMap(({ name }) => (isServerTool(name) ? [name] : []));
  const named = spec.tools.flatMap((tool) =>
    isServerTool(tool) ? there.filter((name) => matchesGlob(tool, name)) : [tool],
  );
  return { ...spec, tools: [...new Set(named)] };
}
