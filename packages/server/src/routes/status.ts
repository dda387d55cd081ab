import { statusSchema, type Status } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { createRoute } from "@hono/zod-openapi";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers } from "../openapi.ts";

const get = createRoute({
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

/** A provider is ready unless its key is missing; which models it has is not known here. */
function providerStates({ models, providers }: AppParts): Status["providers"] {
  return Object.keys(providers).map((name) => {
    try {
      models.check(`${name}/any`);
    } catch (error) {
      if (error instanceof FlotillaError && error.code === "credentials_missing") {
        return { name, ready: false, problem: error.remedy };
      }
    }
    return { name, ready: true, problem: null };
  });
}
