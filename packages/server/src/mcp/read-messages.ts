import {
  isJsonContentType,
  parseJSONRPCMessage,
  type JSONRPCMessage,
} from "@modelcontextprotocol/server";
import type { Context } from "hono";
import { FlotillaError } from "@flotilla/core";
import type { ServerEnv } from "../app-parts.ts";
import { checkJson } from "../http/check-json.ts";
import { refusal } from "../http/refusal.ts";

/** Of the revisions that know batches: so many messages at once. */
const mostMessages = 50;

/** The body of a POST as JSON. Throws what is wrong with it. */
export async function readBody(c: Context<ServerEnv>): Promise<unknown> {
  if (!isJsonContentType(c.req.header("content-type"))) {
    throw refusal(415, "MCP messages are JSON.", "Send the body as application/json.");
  }
  const accepted = c.req.header("accept") ?? "*/*";
  const takesBoth = ["application/json", "text/event-stream"].every((type) =>
    accepted.includes(type),
  );
  if (!takesBoth && !accepted.includes("*/*")) {
    throw refusal(
      406,
      "The answer may be JSON or a stream of events.",
      "Accept both: application/json, text/event-stream.",
    );
  }
  const bytes = await c.req.arrayBuffer();
  checkJson(bytes);
  return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
}

/** The messages of a body. Throws `invalid_request`. */
export function messagesOf(body: unknown): JSONRPCMessage[] {
  const list: unknown[] = Array.isArray(body) ? body : [body];
  if (list.length === 0 || list.length > mostMessages) {
    throw new FlotillaError("invalid_request", `A body has 1 to ${mostMessages} messages.`);
  }
  try {
    return list.map((one) => parseJSONRPCMessage(one));
  } catch (cause) {
    throw new FlotillaError("invalid_request", "The body is not a message of JSON-RPC 2.0.", {
      cause,
    });
  }
}
