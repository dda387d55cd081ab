import type { Log } from "@flotilla/core";
import type { Context } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import type { AppParts, ServerEnv } from "../app-parts.ts";

/** A client that follows something by server-sent events. */
export interface EventStream {
  /** Aborted once the client is gone or the server closes. */
  signal: AbortSignal;
  /** Sends frames; resolves when the connection has taken them. After an abort it does nothing. */
  send(frames: string): Promise<void>;
}

/** One event as it goes over the wire. The data is JSON, so it holds no line break. */
export function frame(event: string, data: unknown, id?: string | number): string {
  const idLine = id === undefined ? "" : `id: ${id}\n`;
  return `event: ${event}\n${idLine}data: ${JSON.stringify(data)}\n\n`;
}

/** Tells the client that nothing more will come. */
export const endFrame = frame("end", {});

const defaults = { heartbeatMs: 15_000, stallMs: 30_000 };

/**
 * Answers with a stream of server-sent events that lasts until `follow` resolves, the client
 * leaves, or the server closes. When `follow` throws, the stream ends without an `end` event
 * and the client reconnects.
 */
export function answerEvents(
  c: Context<ServerEnv>,
  parts: Pick<AppParts, "log" | "streams">,
  follow: (stream: EventStream) => Promise<void>,
): Response {
  const { requestId } = c.var;
  const { outgoing, closing } = c.env ?? {};
  const { heartbeatMs, stallMs } = { ...defaults, ...parts.streams };
  c.header("x-accel-buffering", "no");
  // Nobody reads the body of a HEAD request.
  if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
  return streamSSE(c, async (sse) => {
    const gone = new AbortController();
    sse.onAbort(() => gone.abort());
    const signal = closing ? AbortSignal.any([gone.signal, closing]) : gone.signal;
    const stream: EventStream = {
      signal,
      async send(frames) {
        if (signal.aborted) return;
        if (await takes(sse, frames, stallMs)) return;
        parts.log.info({ requestId }, "a client that takes no events was dropped");
        sse.abort();
        outgoing?.destroy();
      },
    };
    const heartbeat = setInterval(() => void stream.send(": still here\n\n"), heartbeatMs);
    try {
      await follow(stream);
    } catch (error) {
      reportFailure(parts.log, error, requestId);
    } finally {
      clearInterval(heartbeat);
    }
  });
}

/** Writes, and says whether the connection took it in time. */
async function takes(sse: SSEStreamingApi, frames: string, stallMs: number): Promise<boolean> {
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

function reportFailure(log: Log, error: unknown, requestId: string): void {
  log.warn({ err: error, requestId }, "an event stream was cut off");
}
