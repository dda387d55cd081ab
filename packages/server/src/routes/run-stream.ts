import { runParamsSchema, runStreamQuerySchema } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { textAnswers } from "../openapi.ts";
import type { ChangeSignals } from "../streams/change-signals.ts";
import { answerEvents } from "../streams/event-stream.ts";
import { followRun } from "../streams/follow-run.ts";

const stream = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/stream",
  summary: "Follow a run's events as they are committed",
  description:
    "Server-sent events: `event` (data: an Event, id: its seq), then `end` once the run has " +
    "ended. `Last-Event-ID`, or `after`, resumes after that seq.",
  tags: ["runs"],
  request: { params: runParamsSchema, query: runStreamQuerySchema },
  responses: textAnswers("The events.", "text/event-stream"),
});

export function runStreamRoute(app: ApiApp, parts: AppParts, signals: ChangeSignals): void {
  app.openapi(stream, async (c) => {
    const { runId } = c.req.valid("param");
    const after = lastSeq(c.req.header("last-event-id")) ?? c.req.valid("query").after ?? 0;
    const { status } = await parts.store.runs.get(runId);
    return answerEvents(c, parts, (events) =>
      followRun(parts.store, signals, { runId, after, status }, events),
    );
  });
}

const highestSeq = 2 ** 31 - 1;

function lastSeq(header: string | undefined): number | undefined {
  if (header === undefined || header === "") return undefined;
  const seq = /^\d{1,10}$/.test(header) ? Number(header) : Infinity;
  if (seq <= highestSeq) return seq;
  throw new FlotillaError("invalid_request", "Last-Event-ID is not the id of an event of a run.", {
    remedy: "Send the id of the last event that was received, or none to begin at the start.",
  });
}
