import {
  mcpConnectSchema,
  mcpServerParamsSchema,
  mcpSignInEndSchema,
  mcpTestSchema,
} from "@flotilla/api";
import { mcpServerSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { clientDocument, clientDocumentPath, signInAddresses } from "../mcp-sign-in/addresses.ts";
import { beginSignIn, requirePerson } from "../mcp-sign-in/begin-sign-in.ts";
import { finishSignIn } from "../mcp-sign-in/finish-sign-in.ts";
import { requireUsable } from "../require-usable-server.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["MCP servers"];
const params = mcpServerParamsSchema;

const connect = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/connect",
  summary: "Begin to sign in at an MCP server: a person goes to the address, and comes back",
  tags,
  request: { params },
  responses: jsonAnswers("Where to go.", mcpConnectSchema),
});

const finish = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-sign-ins",
  summary: "End a sign-in with what the person has brought back, and test the server",
  tags,
  request: { body: jsonBody(mcpSignInEndSchema) },
  responses: jsonAnswers("What came of it.", mcpTestSchema),
});

const disconnect = guardedRoute("mcp.write", {
  method: "post",
  path: "/mcp-servers/{name}/disconnect",
  summary: "Forget the tokens of an MCP server, and give them back where that can be done",
  tags,
  request: { params },
  responses: jsonAnswers("The server.", mcpServerSchema),
});

export function mcpSignInRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(connect, async (c) => {
    const server = await c.var.store.mcpServers.get(c.req.valid("param").name);
    requireUsable(server);
    return c.json(await beginSignIn(parts, c.var.caller, server, signInAddresses(c, parts)));
  });

  app.openapi(finish, async (c) => {
    const { store, caller } = c.var;
    const server = await finishSignIn(parts, store, caller, c.req.valid("json"));
    const tools = await store.mcpServers.tools(server.id);
    const outcome = await parts.mcp.look({ server, tools });
    return c.json({ ...outcome, server: await store.mcpServers.get(server.name) });
  });

  app.openapi(disconnect, async (c) => {
    const { name } = c.req.valid("param");
    const { mcpServers } = c.var.store;
    const server = await mcpServers.get(name);
    requirePerson(server);
    const kept = await parts.vault.signIns.read(server);
    const reason = `${c.var.caller.name} has disconnected it.`;
    await parts.store.mcpSignIns.end(server, reason);
    if (kept?.secrets) await parts.mcp.signIns.revoke(server, kept.secrets);
    return c.json(await mcpServers.get(name));
  });
}

/** What authorization servers read to learn who the platform is, where its address is its client id. */
export function clientDocumentRoute(app: ApiApp, parts: Pick<AppParts, "signIn">): void {
  app.get(clientDocumentPath, (c) => c.json(clientDocument(signInAddresses(c, parts))));
}
