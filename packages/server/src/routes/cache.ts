import { cacheClearedSchema, cacheQuerySchema } from "@flotilla/api";
import { cacheFiguresSchema } from "@flotilla/core";
import { ownOrganisation } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";

const get = guardedRoute("cache.read", {
  method: "get",
  path: "/cache",
  summary: "What the cache of answers holds, and what it has saved",
  tags: ["cache"],
  request: { query: cacheQuerySchema },
  responses: jsonAnswers("Its figures.", cacheFiguresSchema),
});

const clear = guardedRoute("cache.clear", {
  method: "delete",
  path: "/cache",
  summary: "Forget all answers",
  tags: ["cache"],
  request: { query: cacheQuerySchema },
  responses: jsonAnswers("How many were forgotten.", cacheClearedSchema),
});

export function cacheRoutes(app: ApiApp): void {
  app.openapi(get, async (c) => {
    const organisation = ownOrganisation(c.var.caller, c.req.valid("query").organisation);
    return c.json(await c.var.store.cache.figures(organisation));
  });

  app.openapi(clear, async (c) => {
    const organisation = ownOrganisation(c.var.caller, c.req.valid("query").organisation);
    return c.json({ cleared: await c.var.store.cache.clear(organisation) });
  });
}
