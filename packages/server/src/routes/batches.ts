import {
  batchChangeSchema,
  batchCreateSchema,
  batchPageSchema,
  batchParamsSchema,
  pageQuerySchema,
} from "@flotilla/api";
import {
  batchProgressSchema,
  FlotillaError,
  newId,
  startedBy,
  type Batch,
  type CredentialScope,
} from "@flotilla/core";
import { cancelBatch, retryBatch, startableAgent } from "@flotilla/engine";
import { guardedRoute } from "../access/guarded-route.ts";
import type { Context } from "hono";
import { attribution } from "../access/attribution.ts";
import { permit, permitted } from "../access/permit.ts";
import { permittedBatch } from "../access/permitted-batch.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import type { ReadProgress } from "../batch-progress.ts";
import { inlineRows, loadBatchRows } from "../load-batch-rows.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";

const tags = ["batches"];

const create = guardedRoute("batches.write", {
  method: "post",
  path: "/batches",
  summary: "Create a batch; with rows it can start right away",
  tags,
  request: { body: jsonBody(batchCreateSchema) },
  responses: jsonAnswers("The batch.", batchProgressSchema, 201),
});

const list = guardedRoute("batches.read", {
  method: "get",
  path: "/batches",
  summary: "Batches, newest first",
  tags,
  request: { query: pageQuerySchema },
  responses: jsonAnswers("A page of batches.", batchPageSchema),
});

const get = guardedRoute("batches.read", {
  method: "get",
  path: "/batches/{batchId}",
  summary: "A batch with its figures of the moment",
  tags,
  request: { params: batchParamsSchema },
  responses: jsonAnswers("The batch.", batchProgressSchema),
});

const change = guardedRoute("batches.write", {
  method: "patch",
  path: "/batches/{batchId}",
  summary: "Change a batch's concurrency, priority or budget; what is left out stays",
  tags,
  request: { params: batchParamsSchema, body: jsonBody(batchChangeSchema) },
  responses: jsonAnswers("The batch.", batchProgressSchema),
});

const actions = {
  start: "Start a draft",
  pause: "Pause: rows under way go on, no further ones start",
  resume: "Resume a paused batch",
  cancel: "Cancel: no further rows start, and those under way are cancelled",
  retry: "Start the failed and cancelled rows again, each from the step that failed",
} as const;
type Action = keyof typeof actions;

/** After these, runs of the batch's agent begin: whoever asks must be allowed to run it. */
const startsRuns: ReadonlySet<Action> = new Set(["start", "resume", "retry"]);

const actionRoute = (action: Action) =>
  guardedRoute("batches.steer", {
    method: "post",
    path: `/batches/{batchId}/${action}`,
    summary: actions[action],
    tags,
    request: { params: batchParamsSchema },
    responses: jsonAnswers("The batch.", batchProgressSchema),
  });

export function batchRoutes(app: ApiApp, parts: AppParts, readProgress: ReadProgress): void {
  createRoute(app, parts, readProgress);

  app.openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const { store } = c.var;
    const before = decodeCursor(cursor, /^bat_[0-9a-z]{26}$/);
    const page = pageOf(await store.batches.list(limit + 1, before), limit, (batch) => batch.id);
    const shown = await permitted(c, "batches.read");
    const items = page.items.filter((batch) => shown(batch.name));
    const read = (batch: Batch) => readProgress(store, batch);
    return c.json({ ...page, items: await Promise.all(items.map(read)) });
  });

  app.openapi(get, async (c) => {
    const batch = await permittedBatch(c, "batches.read", c.req.valid("param").batchId);
    return c.json(await readProgress(c.var.store, batch));
  });

  app.openapi(change, async (c) => {
    const { batchId } = c.req.valid("param");
    const { budgetUsd, ...settings } = c.req.valid("json");
    const budgetMicros = budgetUsd === undefined ? undefined : toMicros(budgetUsd);
    await permittedBatch(c, "batches.write", batchId);
    await c.var.store.batches.change(batchId, { ...settings, budgetMicros });
    return c.json(await readProgress(c.var.store, batchId));
  });

  for (const action of Object.keys(actions) as Action[]) {
    app.openapi(actionRoute(action), async (c) => {
      const batch = await permittedBatch(c, "batches.steer", c.req.valid("param").batchId);
      await act(c, action, batch);
      return c.json(await readProgress(c.var.store, batch.id));
    });
  }
}

function createRoute(app: ApiApp, parts: AppParts, readProgress: ReadProgress): void {
  app.openapi(create, async (c) => {
    const { store, caller } = c.var;
    const { rows, start, budgetUsd, economyHours, ...given } = c.req.valid("json");
    const { agent: name, version, ...settings } = { ...given, ...attribution(caller, given) };
    await permit(c, "batches.write", settings.name);
    await permit(c, "agents.run", name);
    if (start) await permit(c, "batches.steer", settings.name);
    const agent = await startableAgent(store, name, version);
    const input = inlineRows(rows ?? [], settings.template);
    if (start) checkStart(parts, input.length, agent.spec.model, c.var.caller);
    const id = newId("bat", parts.clock.now());
    const budgetMicros = toMicros(budgetUsd);
    const pinned = { agentId: agent.id, agentVersion: agent.version };
    const economyUntil = hoursFrom(parts.clock.now(), economyHours);
    const by = { startedBy: startedBy(caller) };
    await store.batches.create({ ...settings, ...pinned, ...by, id, budgetMicros, economyUntil });
    const redact = parts.redact.of(settings.organisation ?? caller.organisation);
    await loadBatchRows(store, id, input, redact);
    if (start) await store.batches.start(id);
    return c.json(await readProgress(store, id), 201);
  });
}

async function act(c: Context<ServerEnv>, action: Action, batch: Batch): Promise<void> {
  const { store, caller, parts } = c.var;
  if (startsRuns.has(action)) await permit(c, "agents.run", batch.agentName);
  switch (action) {
    case "start": {
      const agent = await startableAgent(store, batch.agentName, batch.agentVersion);
      parts.router.check(agent.spec.model, batch);
      // Whoever wrote its rows may be somebody else than who made it.
      return store.batches.start(batch.id, startedBy(caller));
    }
    case "pause":
      return store.batches.pause(batch.id, "person");
    case "resume":
      return store.batches.resume(batch.id);
    case "cancel":
      return cancelBatch(store, batch.id, caller.name);
    case "retry":
      return retryBatch(store, batch.id, caller.name);
  }
}

/** Throws when a batch that is to start at once could not: better before it exists. */
function checkStart(parts: AppParts, rows: number, model: string, scope: CredentialScope): void {
  if (rows === 0) {
    throw new FlotillaError("invalid_request", "A batch that starts right away needs rows.", {
      remedy: "Give rows, or create it without start, upload rows, then start it.",
    });
  }
  parts.router.check(model, scope);
}

function hoursFrom(now: number, hours: number | undefined): string | undefined {
  if (hours === undefined) return undefined;
  return new Date(now + hours * 3_600_000).toISOString();
}

/** Rounded up, so that the smallest budget is still one. */
function toMicros(usd: number | null): number | null {
  return usd === null ? null : Math.ceil(usd * 1_000_000);
}
