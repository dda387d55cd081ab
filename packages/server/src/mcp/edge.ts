import type { Server, ServerContext } from "@modelcontextprotocol/server";
import type { Context } from "hono";
import { permitted } from "../access/permit.ts";
import type { AppParts, ServerEnv } from "../app-parts.ts";
import { askAs, type Dispatch } from "../http/own-request.ts";
import type { EventStreamParts } from "../streams/event-stream.ts";
import { buildServer, type ServerParts } from "./build-server.ts";
import type { Call } from "./call.ts";
import { makeCall, type CallParts, type SessionSide } from "./make-call.ts";
import { agentTools } from "./tools/agent-tools.ts";

/** What the MCP server of an app is made of. */
export interface McpEdge {
  parts: AppParts;
  streams: EventStreamParts;
  /** How what clients ask gets to the routes that it stands for. */
  dispatch: Dispatch;
}

/** A server of the protocol for the caller of a request. */
export async function serverFor(
  { parts, streams, dispatch }: McpEdge,
  c: Context<ServerEnv>,
  session?: { side: SessionSide } & Pick<ServerParts, "session">,
): Promise<Server> {
  const { caller, store } = c.var;
  const ask = askAs(dispatch, { headers: c.req.raw.headers, env: c.env });
  const calls: CallParts = {
    ask,
    viewer: { caller, store },
    streams,
    mayAnswer: await permitted(c, "interrupts.answer"),
    closing: c.env?.closing,
  };
  const callOf = (context: ServerContext, meta: Record<string, unknown>): Call =>
    makeCall(calls, context, meta, session?.side);
  return buildServer({
    version: parts.version,
    extension: parts.mcpExtension,
    ask,
    agents: agentTools(await parts.tools.of(caller), await permitted(c, "agents.run")),
    log: parts.log,
    callOf,
    ...(session?.session && { session: session.session }),
  });
}

/** Whose sessions and keys are whose. */
export function callerKey({ caller }: ServerEnv["Variables"]): string {
  return `${caller.kind} ${caller.id}`;
}
