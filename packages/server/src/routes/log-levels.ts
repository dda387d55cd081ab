import { logLevelSetSchema, logLevelsSchema } from "@flotilla/api";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { logComponents } from "../log/settings.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["platform"];

const get = guardedRoute("fleet.read", {
  method: "get",
  path: "/log-level",
  summary: "What is logged, by component",
  tags,
  responses: jsonAnswers("The levels.", logLevelsSchema),
});

const set = guardedRoute("fleet.steer", {
  method: "put",
  path: "/log-level",
  summary: "Set what a component logs, on every server and worker, without a restart",
  tags,
  request: { body: jsonBody(logLevelSetSchema) },
  responses: jsonAnswers("The levels.", logLevelsSchema),
});

export function logLevelRoutes(app: ApiApp, { store, logLevels }: AppParts): void {
  const read = async () => {
    const rows = await store.logLevels.list();
    const items = logComponents.map((component) => {
      const row = rows.find((one) => one.component === component);
      const level = row?.level ?? logLevels()[component];
      return { component, level, setBy: row?.setBy ?? null, setAt: row?.setAt ?? null };
    });
    return { items };
  };

  app.openapi(get, async (c) => c.json(await read()));

  app.openapi(set, async (c) => {
    const { component, level } = c.req.valid("json");
    await store.logLevels.set(component, level, c.var.caller.name);
    return c.json(await read());
  });
}
