import {
  eventListSchema,
  eventsQuerySchema,
  interruptAnswerSchema,
  interruptParamsSchema,
  runCancelSchema,
  runListQuerySchema,
  runPageSchema,
  runParamsSchema,
  runSchema,
  runStartSchema,
} from "@flotilla/api";
import { fold, runSummarySchema, type Run } from "@flotilla/core";
import { answerInterrupt, startableAgent, startRun } from "@flotilla/engine";
import type { Store } from "@flotilla/store";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";

const tags = ["runs"];
/** Whose word it is, until sign-in exists. */
const person = "person";

const start = guardedRoute("agents.run", {
  method: "post",
  path: "/runs",
  summary: "Start a run of an agent",
  tags,
  request: { body: jsonBody(runStartSchema) },
  responses: jsonAnswers("The run is durable and in the queue.", runSummarySchema, 201),
});

const list = guardedRoute("runs.read", {
  method: "get",
  path: "/runs",
  summary: "Runs, newest first",
  tags,
  request: { query: runListQuerySchema },
  responses: jsonAnswers("A page of runs.", runPageSchema),
});

const get = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}",
  summary: "A run, folded from its events",
  tags,
  request: { params: runParamsSchema },
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

const answer = guardedRoute("interrupts.answer", {
  method: "post",
  path: "/runs/{runId}/interrupts/{interruptId}/answer",
  summary: "Answer an interrupt of a waiting run",
  tags,
  request: { params: interruptParamsSchema, body: jsonBody(interruptAnswerSchema) },
  responses: jsonAnswers("The run.", runSummarySchema),
});

export function runRoutes(app: ApiApp, parts: AppParts): void {
  const { store, tools } = parts;
  startRoute(app, parts);

  app.openapi(list, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    const before = decodeCursor(cursor, /^run_[0-9a-z]{26}$/);
    const runs = await store.runs.list({ ...filter, before, limit: limit + 1 });
    return c.json(pageOf(runs, limit, (run) => run.runId));
  });

  app.openapi(get, async (c) => c.json(await readRun(store, c.req.valid("param").runId)));

  app.openapi(events, async (c) => {
    const { runId } = c.req.valid("param");
    const { after, limit } = c.req.valid("query");
    const items = await store.journal.read(runId, after, limit);
    if (items.length === 0) await store.runs.get(runId);
    const nextAfter = items.length < limit ? null : (items.at(-1)?.seq ?? null);
    return c.json({ items, nextAfter });
  });

  app.openapi(cancel, async (c) => {
    const { runId } = c.req.valid("param");
    await store.runs.cancel(runId, person, c.req.valid("json").reason);
    return c.json(await store.runs.get(runId));
  });

  app.openapi(retry, async (c) => {
    const { runId } = c.req.valid("param");
    await store.runs.retry(runId, person);
    return c.json(await store.runs.get(runId));
  });

  app.openapi(answer, async (c) => {
    const { runId, interruptId } = c.req.valid("param");
    const run = await readRun(store, runId);
    const given = { run, interruptId, by: person, answer: c.req.valid("json") };
    await answerInterrupt(store, tools, given);
    return c.json(await store.runs.get(runId));
  });
}

function startRoute(app: ApiApp, { store, router }: AppParts): void {
  app.openapi(start, async (c) => {
    const wanted = c.req.valid("json");
    await permit(c, "agents.run", wanted.agent);
    const agent = await startableAgent(store, wanted.agent, wanted.version);
    router.check(agent.spec.model);
    const runId = await startRun(store, { ...wanted, version: agent.version });
    return c.json(await store.runs.get(runId), 201);
  });
}

const eventsPerRead = 1_000;

async function readRun(store: Store, runId: string): Promise<Run> {
  await store.runs.get(runId);
  let run: Run | undefined;
  for (;;) {
    const page = await store.journal.read(runId, run?.seq ?? 0, eventsPerRead);
    run = fold(page, run);
    if (page.length < eventsPerRead) return run;
  }
}
