import {
  backfilledSchema,
  backfillRequestSchema,
  longPageQuerySchema,
  scheduleApplySchema,
  scheduleListSchema,
  scheduleParamsSchema,
  schedulePauseSchema,
  startListQuerySchema,
  startPageSchema,
} from "@flotilla/api";
import {
  newId,
  scheduleSchema,
  scheduleStartSchema,
  startedBy,
  type Clock,
  type Schedule,
  type ScheduleStart,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { attribution } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { checkSchedule } from "../check-schedule.ts";
import { checkMatch } from "../http/entity-tag.ts";
import { jsonAnswers, jsonBody, problemAnswers } from "../openapi.ts";
import { decodeCursor, pageOf, pageOfAll } from "../page.ts";

const tags = ["schedules"];
const params = scheduleParamsSchema;

const list = guardedRoute("schedules.read", {
  method: "get",
  path: "/schedules",
  summary: "Schedules, by name",
  tags,
  request: { query: longPageQuerySchema },
  responses: jsonAnswers("The schedules.", scheduleListSchema),
});

const get = guardedRoute("schedules.read", {
  method: "get",
  path: "/schedules/{name}",
  summary: "A schedule",
  tags,
  request: { params },
  responses: jsonAnswers("The schedule.", scheduleSchema),
});

const apply = guardedRoute("schedules.write", {
  method: "put",
  path: "/schedules/{name}",
  summary: "Create a schedule, or change it; what is due by it counts from now on",
  tags,
  request: { params, body: jsonBody(scheduleApplySchema) },
  responses: {
    ...jsonAnswers("It was there.", scheduleSchema),
    ...jsonAnswers("It was created.", scheduleSchema, 201),
  },
});

const remove = guardedRoute("schedules.write", {
  method: "delete",
  path: "/schedules/{name}",
  summary: "Delete a schedule with its history; what it has started goes on",
  tags,
  request: { params },
  responses: { 204: { description: "It is deleted." }, ...problemAnswers },
});

const pause = guardedRoute("schedules.write", {
  method: "post",
  path: "/schedules/{name}/pause",
  summary: "Pause: nothing is due until it is resumed, and nothing of it is caught up",
  tags,
  request: { params, body: { ...jsonBody(schedulePauseSchema), required: false } },
  responses: jsonAnswers("The schedule.", scheduleSchema),
});

const resume = guardedRoute("schedules.write", {
  method: "post",
  path: "/schedules/{name}/resume",
  summary: "Resume: it is due from now on",
  tags,
  request: { params },
  responses: jsonAnswers("The schedule.", scheduleSchema),
});

const trigger = guardedRoute("schedules.write", {
  method: "post",
  path: "/schedules/{name}/trigger",
  summary: "Start once more, now, whatever is under way",
  tags,
  request: { params },
  responses: jsonAnswers(
    "What became of it; queued while no worker has come to it.",
    scheduleStartSchema,
  ),
});

const backfill = guardedRoute("schedules.write", {
  method: "post",
  path: "/schedules/{name}/backfill",
  summary: "Start every due time of a past range that nothing was started for; again is harmless",
  tags,
  request: { params, body: jsonBody(backfillRequestSchema) },
  responses: jsonAnswers("How many there are.", backfilledSchema),
});

const starts = guardedRoute("schedules.read", {
  method: "get",
  path: "/schedules/{name}/starts",
  summary: "What became of the due times, newest first",
  tags,
  request: { params, query: startListQuerySchema },
  responses: jsonAnswers("A page of them.", startPageSchema),
});

export function scheduleRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const all = await c.var.store.schedules.list();
    const shown = await permitted(c, "schedules.read");
    const items = all.filter(({ name }) => shown(name));
    return c.json(pageOfAll(items, c.req.valid("query"), ({ name }) => name));
  });

  app.openapi(get, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "schedules.read", name);
    const schedule = await c.var.store.schedules.get(name);
    c.header("etag", tagOf(schedule));
    return c.json(schedule);
  });

  app.openapi(remove, async (c) => {
    const { name } = c.req.valid("param");
    const { schedules } = c.var.store;
    await permit(c, "schedules.write", name);
    checkMatch(c.req, tagOf(await schedules.get(name)));
    await schedules.remove(name);
    return c.body(null, 204);
  });

  app.openapi(starts, async (c) => {
    const { name } = c.req.valid("param");
    const { cursor, limit, outcome } = c.req.valid("query");
    await permit(c, "schedules.read", name);
    await c.var.store.schedules.get(name);
    const place = decodeCursor(cursor, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const before = place === undefined ? undefined : new Date(place);
    const wanted = { limit: limit + 1, before, outcome };
    const found = await c.var.store.schedules.starts(name, wanted);
    return c.json(pageOf(found, limit, ({ dueAt }) => dueAt));
  });
  applyRoute(app, parts);
  steerRoutes(app, parts);
}

function applyRoute(app: ApiApp, { clock, redact, router }: AppParts): void {
  app.openapi(apply, async (c) => {
    const { store, caller } = c.var;
    const { organisation, user } = attribution(caller, {});
    // People paste keys.
    const spec = redact.of(organisation ?? caller.organisation).json(c.req.valid("json"));
    await permit(c, "schedules.write", spec.name);
    await checkSchedule(c, router, spec, c.req.valid("param").name);
    const before = await store.schedules.find(spec.name);
    const isMatched = checkMatch(c.req, before && tagOf(before));
    const schedule = await store.schedules.apply({
      id: newId("sch", clock.now()),
      spec,
      startedBy: startedBy(caller),
      user,
      onRevision: isMatched ? (before?.revision ?? 0) : undefined,
    });
    c.header("etag", tagOf(schedule));
    return c.json(schedule, before ? 200 : 201);
  });
}

function steerRoutes(app: ApiApp, { clock }: AppParts): void {
  app.openapi(pause, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "schedules.write", name);
    const { reason } = c.req.valid("json");
    return c.json(await c.var.store.schedules.pause(name, c.var.caller.name, reason));
  });

  app.openapi(resume, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "schedules.write", name);
    return c.json(await c.var.store.schedules.resume(name));
  });

  app.openapi(trigger, async (c) => {
    const { name } = c.req.valid("param");
    const { schedules } = c.var.store;
    await permit(c, "schedules.write", name);
    await permit(c, "agents.run", (await schedules.get(name)).spec.start.agent);
    const dueAt = await schedules.trigger(name);
    return c.json(await startedSoon(schedules, clock, name, dueAt));
  });

  app.openapi(backfill, async (c) => {
    const { name } = c.req.valid("param");
    const { schedules } = c.var.store;
    await permit(c, "schedules.write", name);
    const { spec } = await schedules.get(name);
    await permit(c, "agents.run", spec.start.agent);
    const { from, until, dryRun, overlap } = c.req.valid("json");
    const range = { from: new Date(from), until: new Date(until), dryRun };
    const byDefault = spec.overlap === "parallel" ? "parallel" : "queue";
    return c.json(await schedules.backfill(name, { ...range, overlap: overlap ?? byDefault }));
  });
}

const startWaitMs = 3_000;
const startLookMs = 50;

/** A worker starts it within milliseconds, if there is one. */
async function startedSoon(
  schedules: StoreView["schedules"],
  clock: Clock,
  name: string,
  dueAt: Date,
): Promise<ScheduleStart> {
  const end = clock.now() + startWaitMs;
  for (;;) {
    const start = await schedules.start(name, dueAt);
    if (start.outcome !== "queued" || clock.now() > end) return start;
    await clock.sleep(startLookMs);
  }
}

/** Changes with each revision, and with being paused. */
function tagOf({ revision, paused }: Schedule): string {
  return paused ? `"r${revision}-paused"` : `"r${revision}"`;
}
