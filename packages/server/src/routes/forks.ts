import {
  forkBatchParamsSchema,
  forkBatchSchema,
  forkPairPageSchema,
  pageQuerySchema,
} from "@flotilla/api";
import {
  batchProgressSchema,
  forkSummarySchema,
  newId,
  noForks,
  startedBy,
  withPairs,
  type ForkSummary,
} from "@flotilla/core";
import { startableAgent } from "@flotilla/engine";
import type { Context } from "hono";
import { attribution } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import { permitHistory } from "../access/permit-history.ts";
import { permittedBatch } from "../access/permitted-batch.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import type { ReadProgress } from "../batch-progress.ts";
import { chooseSources, type ChosenSources } from "../fork-batch.ts";
import { readPairs } from "../judge-forks.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";

const tags = ["forks"];
const pairsPerRead = 500;

const create = guardedRoute("batches.write", {
  method: "post",
  path: "/forks",
  summary: "Fork many runs at once, as a batch",
  tags,
  request: { body: jsonBody(forkBatchSchema) },
  responses: jsonAnswers("The batch.", batchProgressSchema, 201),
});

const summary = guardedRoute("batches.read", {
  method: "get",
  path: "/forks/{forkId}/summary",
  summary: "What became of each run in its fork, counted, with cost and time before and after",
  tags,
  request: { params: forkBatchParamsSchema },
  responses: jsonAnswers("The summary; it can be read while the batch runs.", forkSummarySchema),
});

const pairs = guardedRoute("batches.read", {
  method: "get",
  path: "/forks/{forkId}/pairs",
  summary: "The runs and their forks, side by side",
  tags,
  request: { params: forkBatchParamsSchema, query: pageQuerySchema },
  responses: jsonAnswers("A page of pairs.", forkPairPageSchema),
});

export function forkRoutes(app: ApiApp, parts: AppParts, readProgress: ReadProgress): void {
  createRoute(app, parts, readProgress);

  app.openapi(summary, async (c) => {
    const batch = await permittedBatch(c, "batches.read", c.req.valid("param").forkId);
    let found: ForkSummary = noForks;
    for (let after = 0; ;) {
      const page = await readPairs(c.var.store, batch, after, pairsPerRead);
      found = withPairs(found, page);
      after = page.at(-1)?.row ?? after;
      if (page.length < pairsPerRead) return c.json(found);
    }
  });

  app.openapi(pairs, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const afterRow = Number(decodeCursor(cursor, /^\d{1,9}$/) ?? 0);
    const batch = await permittedBatch(c, "batches.read", c.req.valid("param").forkId);
    const found = await readPairs(c.var.store, batch, afterRow, limit + 1);
    return c.json(pageOf(found, limit, ({ row }) => String(row)));
  });
}

function createRoute(app: ApiApp, parts: AppParts, readProgress: ReadProgress): void {
  app.openapi(create, async (c) => {
    const { store, caller } = c.var;
    // People paste keys.
    const given = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    const { name, runs, at, changes, effects, start, budgetUsd, ...settings } = given;
    await permit(c, "batches.write", name);
    if (start) await permit(c, "batches.steer", name);
    const sources = await chooseSources(store, { runs, check: settings.check });
    await permitSources(c, sources);
    const { agentName, agentVersion } = sources.agent;
    const agent = await startableAgent(store, agentName, changes.agentVersion ?? agentVersion);
    parts.router.check(changes.model ?? agent.spec.model, sources.scope);
    const id = newId("bat", parts.clock.now());
    const { concurrency, priority } = settings;
    await store.batches.createForks(
      sources.scope,
      {
        ...{ id, name, concurrency, priority, agentId: agent.id, agentVersion: agent.version },
        template: "",
        budgetMicros: budgetUsd === null ? null : Math.ceil(budgetUsd * 1_000_000),
        fork: { at, changes, effects, by: caller.name },
        check: sources.check ?? undefined,
        startedBy: startedBy(caller),
        user: attribution(caller, {}).user,
      },
      sources.runIds,
    );
    if (start) await store.batches.start(id, startedBy(caller));
    return c.json(await readProgress(store, id), 201);
  });
}

/** Throws `forbidden` unless the caller may read all that the forks begin with, and run their agent. */
async function permitSources(c: Context<ServerEnv>, sources: ChosenSources): Promise<void> {
  const { agentName } = sources.agent;
  await permit(c, "runs.read", agentName);
  await permit(c, "agents.run", agentName);
  for (const batchId of sources.batchIds) await permittedBatch(c, "batches.read", batchId);
  for (const runId of sources.withHistory) await permitHistory(c, runId);
}
