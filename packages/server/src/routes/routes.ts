import {
  routeListSchema,
  routeParamsSchema,
  routeTestedSchema,
  routeTestSchema,
  type RouteCandidate,
  type RouteItem,
  type RouteTargetState,
} from "@flotilla/api";
import {
  breakerState,
  newId,
  routePrefix,
  type RouteSpec,
  type TargetHealth,
  type TargetRequest,
} from "@flotilla/core";
import { findRoute, type Judged } from "@flotilla/models";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["routes"];

const list = guardedRoute("models.read", {
  method: "get",
  path: "/routes",
  summary: "The routes, with their targets as they stand now",
  tags,
  responses: jsonAnswers("The routes, by name.", routeListSchema),
});

const test = guardedRoute("models.read", {
  method: "post",
  path: "/routes/{name}/test",
  summary: "Which target a call would be answered by now, and why; nobody is asked",
  tags,
  request: { params: routeParamsSchema, body: jsonBody(routeTestSchema) },
  responses: jsonAnswers("The choice.", routeTestedSchema),
});

export function routeRoutes(app: ApiApp, parts: AppParts): void {
  const { router, store, clock } = parts;

  app.openapi(list, async (c) => {
    const { now, targets } = await store.targets.list();
    const names = Object.keys(router.routes).toSorted();
    const items = await Promise.all(names.map((name) => routeItem(parts, name, targets, now)));
    return c.json({ items });
  });

  app.openapi(test, async (c) => {
    const { name } = c.req.valid("param");
    const { text, agent, runId, inputTokens, ...needs } = c.req.valid("json");
    findRoute(router.routes, name);
    const request: TargetRequest = {
      ...plainCall(name),
      ...needs,
      text,
      inputTokens: inputTokens ?? Math.ceil(text.length / charactersPerToken),
      agentName: agent ?? "",
      runId: runId ?? newId("run", clock.now()),
    };
    const plan = await router.plan(request);
    const chosen = plan.judged.find(({ verdict }) => verdict.can);
    return c.json({
      route: name,
      model: chosen?.target.model ?? null,
      reason: chosen?.reason ?? null,
      taskClass: plan.taskClass ?? null,
      classifier: router.rules(request).classifier?.model ?? null,
      candidates: plan.judged.map(candidate),
    });
  });
}

/** As providers roughly count them. */
const charactersPerToken = 4;

/** A call that needs nothing. */
function plainCall(route: string): TargetRequest {
  return {
    name: `${routePrefix}${route}`,
    inputTokens: 0,
    needsTools: false,
    needsJson: false,
    needsVision: false,
    agentName: "",
    text: "",
    runId: "",
    failed: [],
  };
}

async function routeItem(
  { router }: AppParts,
  name: string,
  known: TargetHealth[],
  now: number,
): Promise<RouteItem> {
  const spec = findRoute(router.routes, name);
  const byModel = new Map<string, { judged: Judged; classes: string[] }>();
  for (const taskClass of [undefined, ...Object.keys(spec.classes)]) {
    const request = { ...plainCall(name), ...(taskClass !== undefined && { taskClass }) };
    const { judged } = await router.plan(request);
    for (const one of judged) {
      const { model } = one.target;
      const seen = byModel.get(model) ?? { judged: one, classes: [] };
      if (taskClass !== undefined) seen.classes.push(taskClass);
      byModel.set(model, seen);
    }
  }
  const health = new Map(known.map((one) => [one.model, one]));
  const targets = Array.from(byModel.values(), ({ judged, classes }): RouteTargetState => {
    const own = health.get(judged.target.model) ?? null;
    return {
      ...candidate(judged),
      classes,
      breaker: own ? breakerState(own, now) : "closed",
      health: own,
    };
  });
  return { ...summaryOf(name, spec), targets };
}

function summaryOf(name: string, spec: RouteSpec): Omit<RouteItem, "targets"> {
  const { description, strategy, onRefusal, confidence } = spec;
  const minimumConfidence = confidence?.minimum ?? null;
  return { name, description, strategy, onRefusal, minimumConfidence };
}

function candidate({ target, reason, verdict }: Judged): RouteCandidate {
  const why = verdict.can ? null : verdict.why;
  return { model: target.model, reason, can: verdict.can, why };
}
