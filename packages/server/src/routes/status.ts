import { statusSchema, type Status } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";
import { providerStates } from "../provider-states.ts";

const get = guardedRoute("status.read", {
  method: "get",
  path: "/status",
  summary: "Is the platform well?",
  tags: ["platform"],
  responses: jsonAnswers("The platform's parts.", statusSchema),
});

export function statusRoutes(app: ApiApp, parts: AppParts): void {
  const { store, version, startedAt } = parts;
  app.openapi(get, async (c) => {
    const [database, workers, runs] = await Promise.all([
      store.databaseInfo(),
      store.workers.list(),
      store.runs.count(),
    ]);
    const status: Status = {
      version,
      startedAt,
      database: { kind: parts.databaseKind, ...database },
      workers,
      runs,
      providers: providerStates(parts),
    };
    return c.json(status);
  });
}
