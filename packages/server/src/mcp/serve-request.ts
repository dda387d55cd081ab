import {
  createMcpHandler,
  type ServerEvent,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import type { Context } from "hono";
import { z } from "zod";
import type { ServerEnv } from "../app-parts.ts";
import { stillCalling } from "../streams/event-stream.ts";
import { serverFor, type McpEdge } from "./edge.ts";
import { followResources } from "./resource-news.ts";

const listenSchema = z.object({
  params: z.object({
    notifications: z.object({ resourceSubscriptions: z.array(z.string().max(2_000)).max(100) }),
  }),
});

/**
 * Serves a request that stands for itself: the revisions of the protocol from 2026-07-28 on, which know no sessions. A
 * client that goes away has cancelled its request.
 */
export async function serveRequest(
  edge: McpEdge,
  c: Context<ServerEnv>,
  body: unknown,
): Promise<Response> {
  const ended = new AbortController();
  const { closing } = c.env ?? {};
  const signal = AbortSignal.any([c.req.raw.signal, ended.signal, ...(closing ? [closing] : [])]);
  const handler = createMcpHandler(() => serverFor(edge, c), {
    legacy: "reject",
    bus: newsOf(edge, c, body, signal),
    keepAliveMs: edge.streams.limits.heartbeatMs,
    onerror: (error) =>
      edge.parts.log.debug({ reason: error.message }, "an MCP request was refused"),
  });
  const { method, url, headers } = c.req.raw;
  const answer = await handler.fetch(new Request(url, { method, headers, signal }), {
    parsedBody: body,
  });
  const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  return isStream ? heldOpen(edge, c, answer, ended) : answer;
}

/** Counts the stream among the open ones, and ends it when the caller is known no more. */
function heldOpen(
  { streams }: McpEdge,
  c: Context<ServerEnv>,
  answer: Response,
  ended: AbortController,
): Response {
  let release: () => void;
  try {
    release = streams.count.take(c.var.caller);
  } catch (error) {
    ended.abort();
    throw error;
  }
  const ask = stillCalling(c, streams);
  const timer = setInterval(() => void ask().catch(() => ended.abort()), streams.limits.recheckMs);
  const done = () => {
    clearInterval(timer);
    release();
  };
  ended.signal.addEventListener("abort", done);
  return new Response(answer.body && untilEnd(answer.body, done), answer);
}

/** The same bytes; `done` is called once when they have ended or nobody takes them any more. */
function untilEnd(body: ReadableStream<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done: isEnd } = await reader.read();
      if (value) controller.enqueue(value);
      if (!isEnd) return;
      done();
      controller.close();
    },
    async cancel(reason) {
      done();
      await reader.cancel(reason);
    },
  });
}

/** The changes of the resources that a client listens for, while it does. */
function newsOf(
  { streams }: McpEdge,
  c: Context<ServerEnv>,
  body: unknown,
  signal: AbortSignal,
): ServerEventBus {
  const wanted = listenSchema.safeParse(body).data?.params.notifications.resourceSubscriptions;
  const { caller, store } = c.var;
  return {
    publish: () => undefined,
    subscribe(listener: (event: ServerEvent) => void) {
      const left = new AbortController();
      const until = AbortSignal.any([signal, left.signal]);
      void followResources(streams, { caller, store }, wanted ?? [], until, (uri) =>
        listener({ kind: "resource_updated", uri }),
      );
      return () => left.abort();
    },
  };
}
