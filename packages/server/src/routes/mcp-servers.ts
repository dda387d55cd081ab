import {
  longPageQuerySchema,
  mcpApproveSchema,
  mcpServerPageSchema,
  mcpServerParamsSchema,
  mcpServerSetSchema,
  mcpTestSchema,
} from "@flotilla/api";
import { FlotillaError, mcpServerSchema, newId, type Caller } from "@flotilla/core";
import { transportHash } from "@flotilla/tools";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { requireUsable } from "../require-usable-server.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { pageOfAll } from "../page.ts";

const tags = ["MCP servers"];
const params = mcpServerParamsSchema;

const list = guardedRoute("mcp.read", {
  method: "get",
  path: "/mcp-servers",
  summary: "MCP servers, by name",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The servers.", mcpServerPageSchema),
});

const get = guardedRoute("mcp.read", {
  method: "get",
  path: "/mcp-servers/{name}",
  summary: "An MCP server",
  tags,
  request: { params },
  responses: jsonAnswers("The server.", mcpServerSchema),
});

const set = guardedRoute("mcp.write", {
  method: "put",
  path: "/mcp-servers/{name}",
  summary:
    "Set an MCP server, in place of the one of that name; how it is reached is approved anew",
  tags,
  request: { params, body: jsonBody(mcpServerSetSchema) },
  responses: jsonAnswers("The server.", mcpServerSchema),
});

const remove = guardedRoute("mcp.write", {
  method: "delete",
  path: "/mcp-servers/{name}",
  summary: "Remove an MCP server, with what was approved of its tools",
  tags,
  request: { params },
  responses: { 204: { description: "It is removed." } },
});

const approve = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/approve",
  summary: "Approve how an MCP server is reached, by the hash of that",
  tags,
  request: { params, body: jsonBody(mcpApproveSchema) },
  responses: jsonAnswers("The server.", mcpServerSchema),
});

const enable = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/enable",
  summary: "Let runs call an MCP server again",
  tags,
  request: { params },
  responses: jsonAnswers("The server.", mcpServerSchema),
});

const disable = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/disable",
  summary: "Let no run call an MCP server",
  tags,
  request: { params },
  responses: jsonAnswers("The server.", mcpServerSchema),
});

const test = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/test",
  summary: "Connect to an approved MCP server and read what it says of its tools",
  tags,
  request: { params },
  responses: jsonAnswers("What came of it.", mcpTestSchema),
});

export function mcpServerRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const all = await c.var.store.mcpServers.list();
    return c.json(pageOfAll(all, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(get, async (c) =>
    c.json(await c.var.store.mcpServers.get(c.req.valid("param").name)),
  );

  app.openapi(set, async (c) => {
    const { name } = c.req.valid("param");
    const { store, caller } = c.var;
    // People paste keys.
    const given = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    const { transport } = given;
    if (transport.kind === "stdio") requireAdmin(caller);
    else parts.outgoing.check(transport.url);
    const id = newId("mcp", parts.clock.now());
    const hash = transportHash(transport);
    await store.mcpServers.set({ ...given, name, id, hash, createdBy: caller.name });
    return c.json(await store.mcpServers.get(name));
  });

  app.openapi(remove, async (c) => {
    await c.var.store.mcpServers.remove(c.req.valid("param").name);
    return c.body(null, 204);
  });

  app.openapi(approve, async (c) => {
    const { name } = c.req.valid("param");
    const { store, caller } = c.var;
    const { transport } = await store.mcpServers.get(name);
    if (transport.kind === "stdio") requireAdmin(caller);
    const { hash } = c.req.valid("json");
    await store.mcpServers.approve({ name, hash, by: caller.name });
    return c.json(await store.mcpServers.get(name));
  });

  for (const [route, enabled] of [
    [enable, true],
    [disable, false],
  ] as const) {
    app.openapi(route, async (c) => {
      const { name } = c.req.valid("param");
      await c.var.store.mcpServers.enable(name, enabled);
      return c.json(await c.var.store.mcpServers.get(name));
    });
  }

  app.openapi(test, async (c) => {
    const { name } = c.req.valid("param");
    const { mcpServers } = c.var.store;
    const server = await mcpServers.get(name);
    requireUsable(server);
    const tools = await mcpServers.tools(server.id);
    const outcome = await parts.mcp.look({ server, tools });
    return c.json({ ...outcome, server: await mcpServers.get(name) });
  });
}

/** What runs a program on this platform's machines is for those who may run them, whatever access rules say. */
function requireAdmin({ role }: Caller): void {
  if (role === "owner" || role === "admin") return;
  throw new FlotillaError("forbidden", "Only an owner or admin adds servers that are programs.");
}
