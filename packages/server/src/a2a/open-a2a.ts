import { JsonRpcTransportHandler, ServerCallContext } from "@a2a-js/sdk/server";
import { LegacyJsonRpcTransportHandler } from "@a2a-js/sdk/compat/v0_3/server";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { checkJson } from "../http/check-json.ts";
import { baseAddress } from "../http/base-address.ts";
import { askAs } from "../http/own-request.ts";
import { refusal } from "../http/refusal.ts";
import type { McpEdge } from "../mcp/edge.ts";
import { followRun } from "../mcp/make-call.ts";
import { stillCalling } from "../streams/event-stream.ts";
import { sendEvents } from "../streams/send-events.ts";
import { TaskHandler } from "./task-handler.ts";

type Told = Record<string, unknown>;

/** A blocking request is answered after so long in any case; its task goes on. */
const longestWaitMs = 15 * 60_000;

/**
 * Answers a request of the A2A protocol to an agent, of revision 1.0 or 0.3, which its method tells.
 *
 * @param agent the name of a published agent
 */
export async function answerA2a(
  edge: McpEdge,
  c: Context<ServerEnv>,
  agent: string,
): Promise<Response> {
  const body = await readBody(c);
  const given = new AbortController();
  const { closing } = c.env ?? {};
  const signal = AbortSignal.any([
    ...[c.req.raw.signal, given.signal, AbortSignal.timeout(longestWaitMs)],
    ...(closing ? [closing] : []),
  ]);
  const { caller, store } = c.var;
  const handler = new TaskHandler({
    agent,
    ask: askAs(edge.dispatch, { headers: c.req.raw.headers, env: c.env }),
    base: baseAddress(c, edge.parts),
    follow: (place) => followRun(edge.streams, { caller, store }, place, signal),
  });
  const isLegacy = typeof body["method"] === "string" && body["method"].includes("/");
  const protocol = isLegacy
    ? new LegacyJsonRpcTransportHandler(handler)
    : new JsonRpcTransportHandler(handler);
  const context = new ServerCallContext({ requestedVersion: isLegacy ? "0.3" : "1.0" });
  const answer = await protocol.handle(body, context);
  if (!(Symbol.asyncIterator in answer)) return c.json(answer);
  const stream = answer[Symbol.asyncIterator]() as AsyncGenerator<Told>;
  const toError = (error: unknown): Told => ({
    jsonrpc: "2.0",
    id: body["id"] ?? null,
    error: isLegacy
      ? LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError(error)
      : JsonRpcTransportHandler.mapToJSONRPCError(error),
  });
  // What is refused is no stream.
  const first = await stream.next().catch((error: unknown) => toError(error));
  if (!("done" in first)) return c.json(first);
  return sendEvents(c, edge.streams, { ask: stillCalling(c, edge.streams) }, async (sink) => {
    sink.signal.addEventListener("abort", () => given.abort(), { once: true });
    const write = (told: unknown) => sink.write(`data: ${JSON.stringify(told)}\n\n`);
    try {
      if (!first.done) await write(first.value);
      for await (const told of stream) await write(told);
    } catch (error) {
      if (!sink.signal.aborted) await write(toError(error));
    }
  });
}

async function readBody(c: Context<ServerEnv>): Promise<Told> {
  if (!/^application\/(?:[\w.-]+\+)?json\b/.test(c.req.header("content-type") ?? "")) {
    throw refusal(415, "A2A requests are JSON.", "Send the body as application/json.");
  }
  const bytes = await c.req.arrayBuffer();
  checkJson(bytes);
  const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return typeof body === "object" && body !== null ? (body as Told) : { method: null };
}
