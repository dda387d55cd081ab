import { createMiddleware } from "hono/factory";
import { guard } from "../access/guarded-route.ts";
import type { ApiApp, ServerEnv } from "../app-parts.ts";
import type { McpEdge } from "../mcp/edge.ts";
import type { Mcp } from "../mcp/open-mcp.ts";
import { challenge, protectedResource } from "../mcp/protected-resource.ts";

const path = "/mcp";

/**
 * The platform as a server of the Model Context Protocol, over streamable HTTP. Not in the OpenAPI document, since the
 * protocol describes itself. Its library is loaded when the first client comes.
 */
export function mcpRoutes(app: ApiApp, edge: McpEdge): void {
  let opened: Promise<Mcp> | undefined;
  const mcp = () => (opened ??= import("../mcp/open-mcp.ts").then(({ openMcp }) => openMcp(edge)));
  app.get(`/.well-known/oauth-protected-resource${path}`, (c) => protectedResource(c, edge.parts));
  app.use(path, challenge(edge.parts), guard("signed-in"), keepPrivate);
  app.post(path, async (c) => (await mcp()).post(c));
  app.get(path, async (c) => (await mcp()).get(c));
  app.delete(path, async (c) => (await mcp()).delete(c));
}

const keepPrivate = createMiddleware<ServerEnv>(async (c, next) => {
  await next();
  c.header("cache-control", "no-store");
});
