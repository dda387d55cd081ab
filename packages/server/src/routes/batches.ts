import {
  batchChangeSchema,
  batchCreateSchema,
  batchPageSchema,
  batchParamsSchema,
  pageQuerySchema,
} from "@flotilla/api";
import { batchProgressSchema, FlotillaError, newId } from "@flotilla/core";
import { cancelBatch, retryBatch, startableAgent } from "@flotilla/engine";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import type { ReadProgress } from "../batch-progress.ts";
import { inlineRows, loadBatchRows } from "../load-batch-rows.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";

const tags = ["batches"];
/** Whose word it is, until sign-in exists. */
const person = "person";

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
  const { store } = parts;

  app.openapi(create, async (c) => {
    const { rows, start, budgetUsd, economyHours, ...given } = c.req.valid("json");
    const { agent: name, version, ...settings } = given;
    await permit(c, "agents.run", name);
    const agent = await startableAgent(store, name, version);
    const input = inlineRows(rows ?? [], settings.template);
    if (start) checkStart(parts, input.length, agent.spec.model);
    const id = newId("bat", parts.clock.now());
    const budgetMicros = toMicros(budgetUsd);
    const pinned = { agentId: agent.id, agentVersion: agent.version };
    const economyUntil = hoursFrom(parts.clock.now(), economyHours);
    await store.batches.create({ ...settings, ...pinned, id, budgetMicros, economyUntil });
    await loadBatchRows(store, id, input);
    if (start) await store.batches.start(id);
    return c.json(await readProgress(id), 201);
  });

  app.openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const before = decodeCursor(cursor, /^bat_[0-9a-z]{26}$/);
    const page = pageOf(await store.batches.list(limit + 1, before), limit, (batch) => batch.id);
    return c.json({ ...page, items: await Promise.all(page.items.map(readProgress)) });
  });

  app.openapi(get, async (c) => c.json(await readProgress(c.req.valid("param").batchId)));

  app.openapi(change, async (c) => {
    const { batchId } = c.req.valid("param");
    const { budgetUsd, ...settings } = c.req.valid("json");
    const budgetMicros = budgetUsd === undefined ? undefined : toMicros(budgetUsd);
    await store.batches.change(batchId, { ...settings, budgetMicros });
    return c.json(await readProgress(batchId));
  });

  for (const action of Object.keys(actions) as Action[]) {
    app.openapi(actionRoute(action), async (c) => {
      const { batchId } = c.req.valid("param");
      await act(parts, action, batchId);
      return c.json(await readProgress(batchId));
    });
  }
}

async function act(parts: AppParts, action: Action, batchId: string): Promise<void> {
  const { store } = parts;
  switch (action) {
    case "start": {
      const batch = await store.batches.get(batchId);
      const agent = await startableAgent(store, batch.agentName, batch.agentVersion);
      parts.router.check(agent.spec.model);
      return store.batches.start(batchId);
    }
    case "pause":
      return store.batches.pause(batchId, person);
    case "resume":
      return store.batches.resume(batchId);
    case "cancel":
      return cancelBatch(store, batchId, person);
    case "retry":
      return retryBatch(store, batchId, person);
  }
}

/** Throws when a batch that is to start at once could not: better before it exists. */
function checkStart(parts: AppParts, rows: number, model: string): void {
  if (rows === 0) {
    throw new FlotillaError("invalid_request", "A batch that starts right away needs rows.", {
      remedy: "Give rows, or create it without start, upload rows, then start it.",
    });
  }
  parts.router.check(model);
}

function hoursFrom(now: number, hours: number | undefined): string | undefined {
  if (hours === undefined) return undefined;
  return new Date(now + hours * 3_600_000).toISOString();
}

/** Rounded up, so that the smallest budget is still one. */
function toMicros(usd: number | null): number | null {
  return usd === null ? null : Math.ceil(usd * 1_000_000);
}
