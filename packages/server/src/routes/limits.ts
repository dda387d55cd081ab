import { limitListSchema, longPageQuerySchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import { readLimits } from "../read-limits.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers } from "../openapi.ts";

const list = guardedRoute("limits.read", {
  method: "get",
  path: "/limits",
  summary: "What providers allow, what is used of it, and who waits",
  tags: ["limits"],
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The buckets of provider capacity, by name.", limitListSchema),
});

export function limitRoutes(app: ApiApp, { store }: Pick<AppParts, "store">): void {
  app.openapi(list, async (c) => {
    const all = await readLimits(store, c.var);
    return c.json(pageOfAll(all, c.req.valid("query"), ({ bucket }) => bucket));
  });
}
