import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { ServerEnv } from "../app-parts.ts";
import { rechecker, takes, type EventStreamParts } from "./event-stream.ts";

/** What another protocol sends of a run: writes frames, and hears when nobody takes them any more. */
export interface FrameSink {
  signal: AbortSignal;
  write(frames: string): Promise<void>;
}

/**
 * Answers with a stream of server-sent events that another protocol defines, until `send` resolves or
 * the client leaves or may not read runs any more. What `send` throws is its own to tell before.
 */
export function sendEvents(
  c: Context<ServerEnv>,
  parts: EventStreamParts,
  send: (sink: FrameSink) => Promise<void>,
): Response {
  const { count, limits, log } = parts;
  const { requestId, caller } = c.var;
  const { outgoing, closing } = c.env ?? {};
  c.header("x-accel-buffering", "no");
  const recheck = rechecker(c, parts, "run");
  const release = count.take(caller);
  return streamSSE(c, async (sse) => {
    const gone = new AbortController();
    sse.onAbort(() => gone.abort());
    const signal = closing ? AbortSignal.any([gone.signal, closing]) : gone.signal;
    const write = async (frames: string) => {
      if (signal.aborted || (await takes(sse, frames, limits.stallMs))) return;
      log.info({ requestId }, "a client that takes no events was dropped");
      sse.abort();
      outgoing?.destroy();
    };
    const timers = [
      setInterval(() => void write(": still here\n\n"), limits.heartbeatMs),
      setInterval(() => void recheck().catch(() => gone.abort()), limits.recheckMs),
    ];
    try {
      await send({ signal, write });
    } catch (error) {
      log.warn({ err: error, requestId }, "an event stream was cut off");
    } finally {
      for (const timer of timers) clearInterval(timer);
      release();
    }
  });
}
