import { isLegacyRequest } from "@modelcontextprotocol/server";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import type { McpEdge } from "./edge.ts";
import { messagesOf, readBody } from "./read-messages.ts";
import { serveRequest } from "./serve-request.ts";
import { Sessions } from "./sessions.ts";

/** The MCP server of an app, by the methods of HTTP. */
export interface Mcp {
  post(c: Context<ServerEnv>): Promise<Response>;
  get(c: Context<ServerEnv>): Promise<Response>;
  delete(c: Context<ServerEnv>): Promise<Response>;
}

/** Serves the protocol's revisions: those whose requests stand for themselves, and those with sessions. */
export function openMcp(edge: McpEdge): Mcp {
  const sessions = new Sessions(edge);
  return {
    async post(c) {
      const body = await readBody(c);
      if (await isOfSession(c, body)) return sessions.post(c, messagesOf(body));
      return serveRequest(edge, c, body);
    },
    get: (c) => sessions.get(c),
    delete: (c) => sessions.end(c),
  };
}

async function isOfSession(c: Context<ServerEnv>, body: unknown): Promise<boolean> {
  const { method, url, headers } = c.req.raw;
  return isLegacyRequest(new Request(url, { method, headers }), body);
}
