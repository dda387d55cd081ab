import { statusSchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { readStatus } from "../read-status.ts";

const get = guardedRoute("status.read", {
  method: "get",
  path: "/status",
  summary: "Is the platform well?",
  tags: ["platform"],
  responses: jsonAnswers("The platform's parts.", statusSchema),
});

export function statusRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(get, async (c) => c.json(await readStatus(parts, c.var)));
}
