import { readinessSchema } from "@flotilla/api";
import { z } from "@hono/zod-openapi";
import type { ComponentHealth } from "@flotilla/core";
import type { Context } from "hono";
import { guardedRoute } from "../access/guarded-route.ts";
import { checkPermission, identify } from "../access/permit.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { answerWithinMs } from "../health/measure-components.ts";
import { within } from "../health/within.ts";
import type { Metrics } from "../metrics.ts";
import { jsonAnswers, textAnswers } from "../openapi.ts";

const tags = ["platform"];

const live = guardedRoute("public", {
  method: "get",
  path: "/healthz",
  summary: "Does the process answer?",
  tags,
  responses: jsonAnswers("It does.", z.object({ status: z.literal("ok") })),
});

const ready = guardedRoute("public", {
  method: "get",
  path: "/readyz",
  summary: "Can the server do its work?",
  tags,
  responses: {
    ...jsonAnswers("It can.", readinessSchema),
    ...jsonAnswers("It cannot: a check failed.", readinessSchema, 503),
  },
});

const scrape = guardedRoute("fleet.read", {
  method: "get",
  path: "/metrics",
  summary: "Metrics for Prometheus",
  tags,
  responses: textAnswers("The metrics.", "text/plain"),
});

export function healthRoutes(app: ApiApp, parts: AppParts, metrics: Metrics): void {
  app.openapi(live, (c) => c.json({ status: "ok" }));

  app.openapi(ready, async (c) => {
    const database = await checkDatabase(parts);
    const status = database.ok ? "ready" : "not_ready";
    const components =
      database.ok && (await looksAfterFleet(c)) ? await parts.health.current() : [];
    const others = components.filter(({ component }) => component !== "database").map(toCheck);
    return c.json({ status, checks: [database, ...others] }, database.ok ? 200 : 503);
  });

  app.openapi(scrape, async (c) => {
    c.header("content-type", metrics.contentType);
    return c.body(await metrics.render());
  });
}

/** Whether somebody asks who may see more; a load balancer shows nothing, and is told the least. */
async function looksAfterFleet(c: Context<ServerEnv>): Promise<boolean> {
  try {
    await identify(c);
    await checkPermission(c, "fleet.read");
    return true;
  } catch {
    return false;
  }
}

function toCheck({ component, state, reason }: ComponentHealth) {
  return { name: component, ok: state !== "down", detail: reason ?? state };
}

async function checkDatabase({ store, databaseKind }: AppParts) {
  try {
    const info = await within(answerWithinMs, store.databaseInfo());
    return { name: "database", ok: true, detail: `${databaseKind} Postgres ${info.version}` };
  } catch (error) {
    return { name: "database", ok: false, detail: (error as Error).message };
  }
}
