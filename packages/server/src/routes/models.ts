import {
  breakerResetSchema,
  modelItemSchema,
  modelListSchema,
  type ModelItem,
} from "@flotilla/api";
import { breakerState, FlotillaError, type TargetHealth } from "@flotilla/core";
import { resetBreaker, targetsOf } from "@flotilla/models";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { providerStates } from "../provider-states.ts";

const tags = ["models"];

const list = guardedRoute("models.read", {
  method: "get",
  path: "/models",
  summary: "Models that are configured or were ever asked, with price, limits and health",
  tags,
  responses: jsonAnswers("The models, by name.", modelListSchema),
});

const reset = guardedRoute("fleet.steer", {
  method: "post",
  path: "/models/reset",
  summary: "Close a model's breaker and forget its pause: the next call is made",
  tags,
  request: { body: jsonBody(breakerResetSchema) },
  responses: jsonAnswers("The model.", modelItemSchema),
});

export function modelRoutes(app: ApiApp, parts: AppParts): void {
  const { targets } = parts.store;

  app.openapi(list, async (c) => {
    const known = await targets.list();
    const names = new Set([...configuredModels(parts), ...known.targets.map((one) => one.model)]);
    const items = [...names]
      .toSorted()
      .map((model) => modelItem(parts, model, known.targets, known.now));
    const providers = providerStates(parts, c.var.caller).map(({ name, ready, problem }) => {
      const kind = parts.providers[name]?.kind ?? "unknown";
      return { name, kind, ready, problem, key: parts.models.keyOf(name, c.var.caller) };
    });
    return c.json({ providers, items });
  });

  app.openapi(reset, async (c) => {
    const { model } = c.req.valid("json");
    const { targets: known } = await targets.list();
    if (!known.some((one) => one.model === model)) {
      throw new FlotillaError("not_found", `No model ${model} was ever asked.`, {
        remedy: "See the list of models for the name.",
      });
    }
    const after = await targets.note([model], resetBreaker);
    return c.json(modelItem(parts, model, after.targets, after.now));
  });
}

/** What the configuration names: prices, limits and the targets of routes. */
function configuredModels({ router, modelNames, providers }: AppParts): string[] {
  const ofRoutes = Object.values(router.routes).flatMap((route) =>
    targetsOf(route).map(({ model }) => model),
  );
  return [...modelNames, ...ofRoutes].filter((name) => {
    const [provider = "", model] = name.split("/");
    return model !== undefined && Object.hasOwn(providers, provider);
  });
}

function modelItem(
  { models }: AppParts,
  model: string,
  known: TargetHealth[],
  now: number,
): ModelItem {
  const health = known.find((one) => one.model === model) ?? null;
  return {
    model,
    ...stateOf(models, model),
    price: models.price(model),
    context: models.contextWindow(model),
    seesImages: models.seesImages(model),
    limits: models.bucket(model).limits,
    breaker: health ? breakerState(health, now) : "closed",
    health,
  };
}

function stateOf(models: AppParts["models"], model: string) {
  try {
    models.check(model);
  } catch (error) {
    const { message, remedy } = error as FlotillaError;
    return { ready: false, problem: `${message} ${remedy}` };
  }
  return { ready: true, problem: null };
}
