import { batchParamsSchema, streamQuerySchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { textAnswers } from "../openapi.ts";
import { answerEvents, type EventStreamParts } from "../streams/event-stream.ts";
import { lastEventId } from "../streams/last-event-id.ts";

const stream = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}/stream",
  summary: "Follow a batch: the cells of its grid and its figures",
  description:
    "Server-sent events: `cells` (data: [row, status, runId] of those that changed, all of them " +
    "at first; id: a cursor), `progress` (data: a BatchProgress), and `end` once the batch has " +
    "ended. `Last-Event-ID`, or `after`, resumes.",
  tags: ["streams"],
  request: { params: batchParamsSchema, query: streamQuerySchema },
  responses: textAnswers("The events.", "text/event-stream"),
});

export function batchStreamRoute(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(stream, (c) => {
    const { batchId } = c.req.valid("param");
    const after = lastEventId(c) ?? c.req.valid("query").after;
    return answerEvents(c, streams, { topic: "batch", id: batchId, after });
  });
}
