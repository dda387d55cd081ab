import {
  longPageQuerySchema,
  mcpPromptFilledSchema,
  mcpPromptFillSchema,
  mcpPromptPageSchema,
  mcpPromptParamsSchema,
  mcpServerParamsSchema,
} from "@flotilla/api";
import type { McpServerEntry } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { pageOfAll } from "../page.ts";
import { isUsable, requireUsable } from "../require-usable-server.ts";

const tags = ["MCP servers"];

const list = guardedRoute("mcp.read", {
  method: "get",
  path: "/mcp-servers/{name}/prompts",
  summary: "What an MCP server has for people to start a run from",
  tags,
  request: { params: mcpServerParamsSchema, query: longPageQuerySchema },
  responses: jsonAnswers("The prompts.", mcpPromptPageSchema),
});

const fill = guardedRoute("mcp.read", {
  method: "post",
  path: "/mcp-servers/{name}/prompts/{prompt}",
  summary: "Fill in a prompt of an MCP server: messages to start a run with",
  tags,
  request: { params: mcpPromptParamsSchema, body: jsonBody(mcpPromptFillSchema) },
  responses: jsonAnswers("The messages.", mcpPromptFilledSchema),
});

export function mcpPromptRoutes(app: ApiApp, { mcp, redact }: AppParts): void {
  app.openapi(list, async (c) => {
    const entry = await entryOf(c.var.store, c.req.valid("param").name);
    // Of one that nothing is sent to nobody knows any.
    const prompts = isUsable(entry.server) ? await mcp.prompts(entry) : [];
    return c.json(pageOfAll(prompts, c.req.valid("query"), ({ name }) => name));
  });

  app.openapi(fill, async (c) => {
    const { name, prompt } = c.req.valid("param");
    const entry = await entryOf(c.var.store, name);
    requireUsable(entry.server);
    const given = redact.of(c.var.caller.organisation).json(c.req.valid("json"));
    const messages = await mcp.prompt(entry, { name: prompt, arguments: given.arguments });
    return c.json({ messages });
  });
}

async function entryOf(
  { mcpServers }: Pick<StoreView, "mcpServers">,
  name: string,
): Promise<McpServerEntry> {
  const server = await mcpServers.get(name);
  return { server, tools: await mcpServers.tools(server.id) };
}
