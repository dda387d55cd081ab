import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { textAnswers } from "../openapi.ts";
import { answerEvents, type EventStreamParts } from "../streams/event-stream.ts";

const stream = guardedRoute("status.read", {
  method: "get",
  path: "/fleet/stream",
  summary: "Follow the platform's figures, once a second",
  description:
    "Server-sent events: `fleet` (data: those of the figures of /status and /limits that changed; " +
    "all of them at first). It has no cursor: who comes back gets all of them.",
  tags: ["streams"],
  responses: textAnswers("The events.", "text/event-stream"),
});

export function fleetStreamRoute(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(stream, (c) => answerEvents(c, streams, { topic: "fleet" }));
}
