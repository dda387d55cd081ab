import { runParamsSchema, streamQuerySchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { textAnswers } from "../openapi.ts";
import { answerEvents, type EventStreamParts } from "../streams/event-stream.ts";
import { lastEventId } from "../streams/last-event-id.ts";

const stream = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/stream",
  summary: "Follow a run's events as they are committed",
  description:
    "Server-sent events: `event` (data: an Event, id: its seq), then `end` once the run has " +
    "ended. `Last-Event-ID`, or `after`, resumes after that seq.",
  tags: ["streams"],
  request: { params: runParamsSchema, query: streamQuerySchema },
  responses: textAnswers("The events.", "text/event-stream"),
});

export function runStreamRoute(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(stream, (c) => {
    const { runId } = c.req.valid("param");
    const after = lastEventId(c) ?? c.req.valid("query").after;
    return answerEvents(c, streams, { topic: "run", id: runId, after });
  });
}
