import { batchParamsSchema } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { textAnswers } from "../openapi.ts";
import type { BatchFeeds } from "../streams/batch-feeds.ts";
import { answerEvents } from "../streams/event-stream.ts";

const stream = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}/stream",
  summary: "Follow a batch: the cells of its grid and its figures",
  description:
    "Server-sent events: `cells` (data: [row, status, runId] of those that changed, all of them " +
    "at first; id: a cursor), `progress` (data: a BatchProgress), and `end` once the batch has " +
    "ended. `Last-Event-ID` resumes.",
  tags: ["batches"],
  request: { params: batchParamsSchema },
  responses: textAnswers("The events.", "text/event-stream"),
});

export function batchStreamRoute(app: ApiApp, parts: AppParts, feeds: BatchFeeds): void {
  app.openapi(stream, async (c) => {
    const { batchId } = c.req.valid("param");
    const from = cursorOf(c.req.header("last-event-id"));
    await parts.store.batches.get(batchId);
    return answerEvents(c, parts, (events) => feeds.follow(batchId, from, events));
  });
}

const highestCursor = 2n ** 64n - 1n;

function cursorOf(header: string | undefined): string | null {
  if (header === undefined || header === "") return null;
  if (/^\d{1,20}$/.test(header) && BigInt(header) <= highestCursor) return header;
  throw new FlotillaError("invalid_request", "Last-Event-ID is not a cursor of a batch's stream.", {
    remedy: "Send the id of the last event that was received, or none to get every cell.",
  });
}
