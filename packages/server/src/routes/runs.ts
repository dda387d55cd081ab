import {
  eventListSchema,
  eventsQuerySchema,
  runCancelSchema,
  runListQuerySchema,
  runPageSchema,
  runParamsSchema,
  runQuerySchema,
  runSchema,
  runStartSchema,
} from "@flotilla/api";
import { runSummarySchema, startedBy } from "@flotilla/core";
import { startableAgent, startRun } from "@flotilla/engine";
import { attribution } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { repeatableField } from "../http/idempotent.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor } from "../page.ts";
import { runPage } from "../run-page.ts";
import { readRun, readRunAt } from "../read-run.ts";

const tags = ["runs"];

const start = guardedRoute("agents.run", {
  method: "post",
  path: "/runs",
  summary: "Start a run of an agent",
  tags,
  request: { body: jsonBody(runStartSchema) },
  responses: jsonAnswers("The run is durable and in the queue.", runSummarySchema, 201),
  [repeatableField]: true,
});

const list = guardedRoute("runs.read", {
  method: "get",
  path: "/runs",
  summary: "Runs, newest first",
  description:
    "With `text` or a cost a page looks at 20,000 runs at most, so it may hold few or none and still have a " +
    "`nextCursor`: go on until it is null.",
  tags,
  request: { query: runListQuerySchema },
  responses: jsonAnswers("A page of runs.", runPageSchema),
});

const get = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}",
  summary: "A run, folded from its events: all of them, or those up to one",
  tags,
  request: { params: runParamsSchema, query: runQuerySchema },
  responses: jsonAnswers("The run.", runSchema),
});

const events = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/events",
  summary: "A run's events, in order",
  tags,
  request: { params: runParamsSchema, query: eventsQuerySchema },
  responses: jsonAnswers("A page of events.", eventListSchema),
});

const cancel = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/cancel",
  summary: "Cancel a run: at once, or within two seconds when a worker holds it",
  tags,
  request: {
    params: runParamsSchema,
    body: { ...jsonBody(runCancelSchema), required: false },
  },
  responses: jsonAnswers("The run.", runSummarySchema),
});

const retry = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/retry",
  summary: "Go on with a failed or cancelled run from the step that failed",
  tags,
  request: { params: runParamsSchema },
  responses: jsonAnswers("The run.", runSummarySchema),
});

export function runRoutes(app: ApiApp, parts: AppParts): void {
  startRoute(app, parts);

  app.openapi(list, async (c) => {
    const { cursor, ...filter } = c.req.valid("query");
    const before = decodeCursor(cursor, /^run_[0-9a-z]{26}$/);
    const page = await runPage(c.var.store, { ...filter, before });
    const shown = await permitted(c, "runs.read");
    return c.json({ ...page, items: page.items.filter((run) => shown(run.agentName)) });
  });

  app.openapi(get, async (c) => {
    const { store } = c.var;
    const { runId } = await permittedRun(c, "runs.read", c.req.valid("param").runId);
    const { at } = c.req.valid("query");
    if (at !== undefined) return c.json(await readRunAt(store, runId, at));
    return c.json((await readRun(store, runId)).run);
  });

  app.openapi(events, async (c) => {
    const { runId } = c.req.valid("param");
    const { after, limit } = c.req.valid("query");
    await permittedRun(c, "runs.read", runId);
    const items = await c.var.store.journal.read(runId, after, limit);
    const nextAfter = items.length < limit ? null : (items.at(-1)?.seq ?? null);
    return c.json({ items, nextAfter });
  });

  app.openapi(cancel, async (c) => {
    const { runId } = c.req.valid("param");
    const { store, caller } = c.var;
    await permittedRun(c, "runs.steer", runId);
    await store.runs.cancel(runId, caller.name, c.req.valid("json").reason);
    return c.json(await store.runs.get(runId));
  });

  app.openapi(retry, async (c) => {
    const { runId } = c.req.valid("param");
    const { store, caller } = c.var;
    await permittedRun(c, "runs.steer", runId);
    await store.runs.retry(runId, caller.name);
    return c.json(await store.runs.get(runId));
  });
}

function startRoute(app: ApiApp, parts: AppParts): void {
  app.openapi(start, async (c) => {
    const { store, caller } = c.var;
    const given = c.req.valid("json");
    // People paste keys.
    const said = attribution(caller, given);
    const redact = parts.redact.of(said.organisation ?? caller.organisation);
    const wanted = redact.json({ ...given, ...said });
    await permit(c, "agents.run", wanted.agent);
    const agent = await startableAgent(store, wanted.agent, wanted.version);
    parts.router.check(agent.spec.model, caller);
    const runId = c.var.idOfKey?.("run");
    const { metadata, ...rest } = wanted;
    const started = await startRun(store, {
      ...rest,
      ...(metadata && { request: { metadata } }),
      version: agent.version,
      startedBy: startedBy(caller),
      ...(runId !== undefined && { runId }),
    });
    return c.json(await store.runs.get(started), 201);
  });
}
