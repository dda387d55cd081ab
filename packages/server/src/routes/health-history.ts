import {
  healthComponentsSchema,
  healthHistoryQuerySchema,
  healthHistorySchema,
} from "@flotilla/api";
import { worstState } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { decodePlace, encodeCursor } from "../page.ts";

const tags = ["platform"];

const components = guardedRoute("fleet.read", {
  method: "get",
  path: "/health/components",
  summary: "How the platform's components are: database, queue, workers, providers, disks, memory",
  tags,
  responses: jsonAnswers("The components.", healthComponentsSchema),
});

const history = guardedRoute("fleet.read", {
  method: "get",
  path: "/health/history",
  summary: "How they were: each ten seconds of the last day, or by the hour for 90 days",
  tags,
  request: { query: healthHistoryQuerySchema },
  responses: jsonAnswers("A page of the history, newest first.", healthHistorySchema),
});

export function healthHistoryRoutes(app: ApiApp, { store, health }: AppParts): void {
  app.openapi(components, async (c) => {
    const items = await health.current();
    return c.json({ state: worstState(items.map(({ state }) => state)), items });
  });

  app.openapi(history, async (c) => {
    const { cursor, limit, by, ...filter } = c.req.valid("query");
    const [to, skipped] = decodePlace(cursor, placeShape);
    // The page before ended at a time; those of that very time which it showed are left out.
    const query = {
      ...filter,
      ...(to !== undefined && { to: justAfter(to) }),
      limit: limit + 1,
      offset: Number(skipped ?? 0),
    };
    const items = await (by === "hour" ? store.health.hours(query) : store.health.samples(query));
    const times = items.map((item) => ("hour" in item ? item.hour : item.at));
    const last = times[limit - 1];
    if (items.length <= limit || last === undefined) return c.json({ items, nextCursor: null });
    const shown = times.slice(0, limit).filter((time) => time === last).length;
    const before = last === to ? Number(skipped) : 0;
    const nextCursor = encodeCursor(`${last} ${shown + before}`);
    return c.json({ items: items.slice(0, limit), nextCursor });
  });
}

const placeShape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\d{1,6})$/;

function justAfter(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}
