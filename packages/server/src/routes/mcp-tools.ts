import {
  longPageQuerySchema,
  mcpServerParamsSchema,
  mcpToolPageSchema,
  mcpToolsApproveSchema,
  mcpToolsWithdrawSchema,
} from "@flotilla/api";
import { definitionJson, FlotillaError, hiddenCharacters, type McpTool } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { pageOfAll } from "../page.ts";
import { presentMcpTool } from "../present-mcp-tool.ts";

const tags = ["MCP servers"];
const params = mcpServerParamsSchema;

const list = guardedRoute("mcp.read", {
  method: "get",
  path: "/mcp-servers/{name}/tools",
  summary: "What an MCP server says of its tools, and what was approved of that",
  tags,
  request: { params, query: longPageQuerySchema },
  responses: jsonAnswers("The tools, by name.", mcpToolPageSchema),
});

const approve = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/tools/approve",
  summary: "Approve what tools say, each by its hash; models are shown that and nothing else",
  tags,
  request: { params, body: jsonBody(mcpToolsApproveSchema) },
  responses: jsonAnswers("The tools, by name.", mcpToolPageSchema),
});

const withdraw = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/tools/withdraw",
  summary: "Take approvals of tools back",
  tags,
  request: { params, body: jsonBody(mcpToolsWithdrawSchema) },
  responses: jsonAnswers("The tools, by name.", mcpToolPageSchema),
});

export function mcpToolRoutes(app: ApiApp): void {
  app.openapi(list, async (c) => {
    const { name } = c.req.valid("param");
    return c.json(pageOfAll(await toolsOf(c.var.store, name), c.req.valid("query"), toolName));
  });

  app.openapi(approve, async (c) => {
    const { name } = c.req.valid("param");
    const { tools, withHidden } = c.req.valid("json");
    const { mcpServers } = c.var.store;
    const { id } = await mcpServers.get(name);
    if (!withHidden) requireVisible(await mcpServers.tools(id), tools);
    await mcpServers.approveTools(id, { tools, by: c.var.caller.name });
    return c.json({ items: await toolsOf(c.var.store, name), nextCursor: null });
  });

  app.openapi(withdraw, async (c) => {
    const { name } = c.req.valid("param");
    const { mcpServers } = c.var.store;
    const { id } = await mcpServers.get(name);
    await mcpServers.withdrawTools(id, c.req.valid("json").tools);
    return c.json({ items: await toolsOf(c.var.store, name), nextCursor: null });
  });
}

function toolName({ name }: { name: string }): string {
  return name;
}

async function toolsOf({ mcpServers }: Pick<StoreView, "mcpServers">, name: string) {
  const server = await mcpServers.get(name);
  const tools = await mcpServers.tools(server.id);
  return tools.map((tool) => presentMcpTool(server, tool));
}

/** What a reader does not see he has not approved, unless he says that he did. */
function requireVisible(known: readonly McpTool[], asked: readonly { tool: string }[]): void {
  const names = new Set(asked.map(({ tool }) => tool));
  for (const { tool, seen } of known) {
    if (!names.has(tool) || !seen) continue;
    const [first] = hiddenCharacters(definitionJson(seen));
    if (!first) continue;
    const where = `${first.character} at ${first.path || "/"}, which ${first.what}`;
    const message = `What ${tool} says holds characters that a reader does not see: ${where}.`;
    throw new FlotillaError("invalid_request", message, {
      remedy: "Read its text, in which they are written out; then approve it with withHidden.",
    });
  }
}
