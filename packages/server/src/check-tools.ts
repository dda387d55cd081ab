import { FlotillaError, isServerTool, type AgentSpec, type ToolPort } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

/**
 * Throws `unknown_tool` for tools that are not there. Those of MCP servers may come and go, and be approved later: of them the
 * server has to be there.
 */
export async function checkTools(
  tools: Pick<ToolPort, "get">,
  { mcpServers }: Pick<StoreView, "mcpServers">,
  spec: AgentSpec,
): Promise<void> {
  for (const tool of spec.tools) if (!isServerTool(tool)) tools.get(tool);
  const wanted = new Set(spec.tools.filter(isServerTool).map((tool) => tool.split("__")[0] ?? ""));
  if (wanted.size === 0) return;
  const known = (await mcpServers.list()).map(({ name }) => name);
  const missing = [...wanted].find((name) => !known.includes(name));
  if (missing === undefined) return;
  const names = known.join(", ") || "none";
  const message = `There is no MCP server ${JSON.stringify(missing)}. Servers: ${names}.`;
  throw new FlotillaError("unknown_tool", message, { remedy: "Add it first: flotilla mcp add." });
}
