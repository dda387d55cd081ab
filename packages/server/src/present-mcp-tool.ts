import type { McpToolItem } from "@flotilla/api";
import {
  definitionJson,
  diffLines,
  hiddenCharacters,
  mcpToolState,
  visibleJson,
  type McpServer,
  type McpTool,
} from "@flotilla/core";
import { mcpRisk } from "@flotilla/tools";

/** A tool of a server with all that is needed to judge it. */
export function presentMcpTool(server: McpServer, tool: McpTool): McpToolItem {
  const { seen, pinned, seenHash, approvedBy, approvedAt } = tool;
  const state = mcpToolState(tool);
  // One that neither is seen nor was approved is not kept.
  const shown = (seen ?? pinned) as NonNullable<typeof seen>;
  const text = visibleJson(definitionJson(shown));
  return {
    ...{ tool: tool.tool, name: tool.name, state },
    risk: mcpRisk(server, shown),
    riskBy: tool.tool in server.risks ? "person" : "server",
    hash: seenHash,
    ...{ seen, pinned, approvedBy, approvedAt, text },
    hidden: hiddenCharacters(definitionJson(shown)),
    diff:
      state === "changed" && pinned ? diffLines(visibleJson(definitionJson(pinned)), text) : null,
  };
}
