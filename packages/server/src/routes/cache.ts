import { cacheClearedSchema, cacheQuerySchema } from "@flotilla/api";
import { cacheFiguresSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
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

export function cacheRoutes(app: ApiApp, { store }: AppParts): void {
  app.openapi(get, async (c) => {
    return c.json(await store.cache.figures(c.req.valid("query").organisation));
  });

  app.openapi(clear, async (c) => {
    return c.json({ cleared: await store.cache.clear(c.req.valid("query").organisation) });
  });
}
