import type { Context } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import type { Log } from "@flotilla/core";
import type { ServerEnv, StreamLimits } from "../app-parts.ts";
import type { ConnectionCount } from "./connection-count.ts";

export interface SendEventsParts {
  log: Log;
  limits: StreamLimits;
  count: ConnectionCount;
}

/** Server-sent events as texts: writes them, and hears when nobody takes them any more. */
export interface FrameSink {
  signal: AbortSignal;
  write(frames: string): Promise<void>;
}

/** Asks now and then whether the caller still may. */
export interface Recheck {
  /** Throws when he may not. */
  ask(): Promise<void>;
  /** The last thing he is told then. */
  farewell?(error: unknown): string;
}

/** Lets the connection be known as alive; clients skip it. */
const comment = ": still here\n\n";

/**
 * Answers with a stream of server-sent events, until `send` resolves or the client leaves, stalls or may
 * not follow any more, or the server closes. When `send` throws, the stream ends without a word.
 */
export function sendEvents(
  c: Context<ServerEnv>,
  { count, limits, log }: SendEventsParts,
  recheck: Recheck,
  send: (sink: FrameSink) => Promise<void>,
): Response {
  const { requestId, caller } = c.var;
  const { outgoing, closing } = c.env ?? {};
  c.header("x-accel-buffering", "no");
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
    const refuse = async (error: unknown) => {
      if (recheck.farewell) await write(recheck.farewell(error));
      gone.abort();
    };
    const timers = [
      setInterval(() => void write(comment), limits.heartbeatMs),
      setInterval(() => void recheck.ask().catch(refuse), limits.recheckMs),
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
