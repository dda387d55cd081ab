import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { textAnswers } from "../openapi.ts";
import { answerEvents, type EventStreamParts } from "../streams/event-stream.ts";

const stream = guardedRoute("runs.read", {
  method: "get",
  path: "/inbox/stream",
  summary: "Follow what waits for a person",
  description:
    "Server-sent events: `inbox` (data: the open interrupts that came, and the ids of those that " +
    "left; `whole` once, at the beginning). It has no cursor: who comes back gets all of it.",
  tags: ["streams"],
  responses: textAnswers("The events.", "text/event-stream"),
});

export function inboxStreamRoute(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(stream, (c) => answerEvents(c, streams, { topic: "inbox" }));
}
