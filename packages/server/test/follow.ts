import { parseServerSentEvents, type ServerSentEvent } from "@flotilla/api";
import type { Hono } from "hono";
import type { ServerEnv } from "../src/app-parts.ts";
import { serveApp, type RunningServer } from "../src/listen.ts";
import { openTestServer } from "./open-test-server.ts";

export interface Follower {
  /** Kept here because a response that is garbage-collected cancels its unread body. */
  response: Response;
  /** The next event; throws when the stream ends first. */
  next(): Promise<ServerSentEvent>;
  /** Every event until the stream ends. */
  rest(): Promise<ServerSentEvent[]>;
  close(): void;
}

/** Serves the app on a free port. */
export function listenOn(app: Hono<ServerEnv>): Promise<RunningServer> {
  return serveApp(app, { host: "127.0.0.1", port: 0 });
}

/** A test server whose app is served on a free port. */
export async function openListeningServer() {
  const server = await openTestServer();
  const http = await listenOn(server.app);
  return {
    server,
    http,
    async close() {
      await http.close(1_000);
      await server.close();
    },
  };
}

/** Opens an event stream over a real connection. */
export async function follow(
  server: RunningServer,
  path: string,
  lastEventId?: string,
): Promise<Follower> {
  const connection = new AbortController();
  const response = await fetch(`${server.url}/api/v1${path}`, {
    signal: connection.signal,
    headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
  });
  if (!response.ok || !response.body) throw new Error(await response.text());
  const events = parseServerSentEvents(response.body);
  return {
    response,
    async next() {
      const { value, done } = await events.next();
      if (done) throw new Error("the stream has ended");
      return value;
    },
    rest: () => Array.fromAsync(events),
    close: () => connection.abort(),
  };
}
