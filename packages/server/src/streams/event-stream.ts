import type { Topic, TopicRequest } from "@flotilla/api";
import { FlotillaError, type Log } from "@flotilla/core";
import type { Context } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import { requirePermission } from "../access/permit.ts";
import type { AppParts, ServerEnv, StreamLimits } from "../app-parts.ts";
import { clientAddress } from "../http/client-address.ts";
import { toProblem } from "../problem.ts";
import type { ConnectionCount } from "./connection-count.ts";
import { toFrame } from "./encode.ts";
import type { MessageSink, Opened } from "./message-sink.ts";
import type { Standing } from "./standing.ts";
import { topicPermissions } from "./topics.ts";
import type { Viewer } from "./viewer.ts";

export interface EventStreamParts {
  access: AppParts["access"];
  standing: Standing;
  redact: AppParts["redact"];
  log: Log;
  limits: StreamLimits;
  count: ConnectionCount;
  open(viewer: Viewer, request: TopicRequest): Promise<Opened>;
}

/** Lets the connection be known as alive; clients skip it. */
const comment = ": still here\n\n";

/**
 * Answers with a topic as server-sent events, until it has ended, the client leaves or may not follow
 * it any more, or the server closes. When it cannot go on, the stream ends without an `end` event and
 * the client reconnects.
 */
export async function answerEvents(
  c: Context<ServerEnv>,
  parts: EventStreamParts,
  request: TopicRequest,
): Promise<Response> {
  const { caller, store, requestId } = c.var;
  for (const permission of topicPermissions[request.topic]) {
    await requirePermission(parts.access, caller, permission);
  }
  const { follow, resource } = await parts.open({ caller, store }, request);
  const { outgoing, closing } = c.env ?? {};
  c.header("x-accel-buffering", "no");
  // Nobody reads the body of a HEAD request.
  if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
  const recheck = rechecker(c, parts, request.topic, resource);
  const release = parts.count.take(caller);
  return streamSSE(c, async (sse) => {
    const gone = new AbortController();
    sse.onAbort(() => gone.abort());
    const signal = closing ? AbortSignal.any([gone.signal, closing]) : gone.signal;
    const write = async (frames: string) => {
      if (signal.aborted || (await takes(sse, frames, parts.limits.stallMs))) return;
      parts.log.info({ requestId }, "a client that takes no events was dropped");
      sse.abort();
      outgoing?.destroy();
    };
    const sink: MessageSink = {
      signal,
      turn: (work) => work(),
      send: (messages) => write(messages.map(toFrame).join("")),
    };
    const refuse = async (error: unknown) => {
      const redact = parts.redact.of(caller.organisation);
      await write(toFrame({ type: "error", data: toProblem(error, requestId, redact) }));
      gone.abort();
    };
    const timers = [
      setInterval(() => void write(comment), parts.limits.heartbeatMs),
      setInterval(() => void recheck().catch(refuse), parts.limits.recheckMs),
    ];
    try {
      await follow(sink);
    } catch (error) {
      parts.log.warn({ err: error, requestId }, "an event stream was cut off");
    } finally {
      for (const timer of timers) clearInterval(timer);
      release();
    }
  });
}

/** Asks again whether the caller still may. Throws when he may not; what is only away is not asked. */
export function rechecker(
  c: Context<ServerEnv>,
  { access, standing }: EventStreamParts,
  topic: Topic,
  resource?: string,
): () => Promise<void> {
  const opening = { headers: new Headers(c.req.raw.headers), address: clientAddress(c) };
  const before = c.var.caller;
  return async () => {
    try {
      const now = await standing.caller(opening);
      if (now.organisation !== before.organisation || now.environment !== before.environment) {
        throw new FlotillaError("forbidden", "You are signed in to something else now.");
      }
      for (const permission of topicPermissions[topic]) {
        await requirePermission(access, now, permission, resource);
      }
    } catch (error) {
      const { code } = error as Partial<FlotillaError>;
      if (code === "unauthenticated" || code === "forbidden") throw error;
    }
  };
}

/** Writes, and says whether the connection took it in time. */
export async function takes(
  sse: SSEStreamingApi,
  frames: string,
  stallMs: number,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, stallMs, false);
  });
  try {
    return await Promise.race([sse.write(frames).then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
