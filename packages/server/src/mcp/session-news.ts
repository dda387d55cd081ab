import type { Context } from "hono";
import type { McpSession } from "@flotilla/store";
import type { ServerEnv } from "../app-parts.ts";
import { stillCalling, type EventStreamParts } from "../streams/event-stream.ts";
import { sendEvents } from "../streams/send-events.ts";
import { Wake } from "../streams/wake.ts";
import { callerKey } from "./edge.ts";
import { followResources } from "./resource-news.ts";

/**
 * The streams on which clients of sessions are told what belongs to no request of theirs: that resources have changed
 * which they have subscribed to. A subscription that came to another server is heeded when the session is read again.
 */
export class SessionNews {
  readonly #streams: EventStreamParts;
  readonly #wakes = new Map<string, Set<Wake>>();

  constructor(streams: EventStreamParts) {
    this.#streams = streams;
  }

  /** The subscriptions of a session are others now. */
  changed(sessionId: string): void {
    for (const wake of this.#wakes.get(sessionId) ?? []) wake.raise();
  }

  stream(c: Context<ServerEnv>, { id }: McpSession): Response {
    const streams = this.#streams;
    const { caller, store } = c.var;
    return sendEvents(c, streams, { ask: stillCalling(c, streams) }, async ({ signal, write }) => {
      const wake = this.#add(id);
      const tell = (uri: string) => {
        const params = { uri };
        const message = { jsonrpc: "2.0", method: "notifications/resources/updated", params };
        void write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
      };
      let following: string[] = [];
      let stop = new AbortController();
      try {
        while (!signal.aborted) {
          const { subscriptions } = await store.mcp.use(callerKey(c.var), id);
          if (subscriptions.join(" ") !== following.join(" ")) {
            stop.abort();
            stop = new AbortController();
            following = subscriptions;
            const until = AbortSignal.any([signal, stop.signal]);
            void followResources(streams, { caller, store }, following, until, tell);
          }
          await wake.wait(streams.limits.recheckMs, signal);
        }
      } finally {
        stop.abort();
        this.#drop(id, wake);
      }
    });
  }

  #add(sessionId: string): Wake {
    const wake = new Wake();
    const wakes = this.#wakes.get(sessionId) ?? new Set();
    this.#wakes.set(sessionId, wakes.add(wake));
    return wake;
  }

  #drop(sessionId: string, wake: Wake): void {
    const wakes = this.#wakes.get(sessionId);
    wakes?.delete(wake);
    if (wakes?.size === 0) this.#wakes.delete(sessionId);
  }
}
