import {
  previewedTimesSchema,
  timesPreviewSchema,
  upcomingQuerySchema,
  upcomingSchema,
} from "@flotilla/api";
import { dueTimes, timesOf, wallTime, type DueTimes } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["schedules"];
/** Of one schedule in a calendar; more are not told apart there. */
const timesShown = 200;

const preview = guardedRoute("schedules.read", {
  method: "post",
  path: "/schedule-times/preview",
  summary: "When something would be due by these times: local times and UTC",
  tags,
  request: { body: jsonBody(timesPreviewSchema) },
  responses: jsonAnswers("The next times.", previewedTimesSchema),
});

const upcoming = guardedRoute("schedules.read", {
  method: "get",
  path: "/schedule-times",
  summary: "What the schedules will be due at in a range, up to 200 times of each",
  tags,
  request: { query: upcomingQuerySchema },
  responses: jsonAnswers("The times, by schedule.", upcomingSchema),
});

export function scheduleTimeRoutes(app: ApiApp, { clock }: AppParts): void {
  app.openapi(preview, (c) => {
    const { after, count, ...times } = c.req.valid("json");
    const from = after === undefined ? clock.now() : Date.parse(after);
    const due = nextTimes(dueTimes(times), from, count);
    return c.json({ timeZone: times.timeZone, times: due.map((at) => told(times.timeZone, at)) });
  });

  app.openapi(upcoming, async (c) => {
    const { from, until } = c.req.valid("query");
    const [start, end] = [Math.max(Date.parse(from), clock.now()), Date.parse(until)];
    const shown = await permitted(c, "schedules.read");
    const all = await c.var.store.schedules.list();
    const running = all.filter(({ name, paused }) => shown(name) && !paused);
    const schedules = running.map(({ name, spec }) => {
      const found = dueTimes(timesOf(spec)).between(start - 1, end, timesShown + 1);
      const times = found.slice(0, timesShown).map((at) => new Date(at).toISOString());
      return { name, times, isMore: found.length > timesShown };
    });
    return c.json({ schedules });
  });
}

function nextTimes(due: DueTimes, after: number, count: number): number[] {
  return due.between(after, Infinity, count);
}

function told(timeZone: string, at: number) {
  const wall = wallTime(timeZone, at);
  const minutes = Math.round(Math.abs(wall - at) / 60_000);
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    dueAt: new Date(at).toISOString(),
    local: new Date(wall).toISOString().slice(0, 19).replace("T", " "),
    offset: `${wall < at ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
  };
}
