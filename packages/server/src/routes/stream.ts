import { streamScopeSchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { clientAddress } from "../http/client-address.ts";
import { refusal } from "../http/refusal.ts";
import { problemAnswers } from "../openapi.ts";
import type { StreamSockets } from "../streams/stream-sockets.ts";

const stream = guardedRoute("signed-in", {
  method: "get",
  path: "/stream",
  summary: "A WebSocket for subscriptions and commands",
  description:
    "The subprotocol is `flotilla.v1`. Browsers, which can set no header, offer an API key as " +
    "`flotilla.key.<key>` beside it, and name the organisation and environment in the query. " +
    "The messages are those of docs/streams.md.",
  tags: ["streams"],
  request: { query: streamScopeSchema },
  responses: {
    101: { description: "The WebSocket is open." },
    ...problemAnswers,
  },
});

export function streamRoute(app: ApiApp, sockets: StreamSockets): void {
  app.openapi(stream, (c) => {
    const { upgrade, incoming, closing } = c.env ?? {};
    if (!upgrade) {
      c.header("upgrade", "websocket");
      throw refusal(
        426,
        "This is the address of a WebSocket.",
        "Ask for one: the client library does it with connect().",
      );
    }
    const { caller, store, requestId } = c.var;
    const opening = { headers: new Headers(c.req.raw.headers), address: clientAddress(c) };
    const env = { ...(incoming && { incoming }), ...(closing && { closing }) };
    upgrade.accept((socket, connection) =>
      sockets.take({ socket, connection, caller, store, ...opening, requestId, env }, closing),
    );
    return c.body(null, 200);
  });
}
