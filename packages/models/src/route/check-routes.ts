import { FlotillaError, routePrefix, type RouteSpec, type RouteTarget } from "@flotilla/core";
import { nearestNames } from "../model-name.ts";

export type Routes = Readonly<Record<string, RouteSpec>>;

/** The route that a model name means; undefined for `provider/model`. */
export function routeNameOf(model: string): string | undefined {
  return model.startsWith(routePrefix) ? model.slice(routePrefix.length) : undefined;
}

/** Throws `unknown_model` with the nearest names. */
export function findRoute(routes: Routes, name: string): RouteSpec {
  const found = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (found) return found;
  const nearest = nearestNames(name, Object.keys(routes)).map((near) => `${routePrefix}${near}`);
  throw new FlotillaError("unknown_model", `There is no route "${name}".`, {
    remedy: `Configure it under routes, or use one of: ${nearest.join(", ") || "none is configured"}.`,
  });
}

/** Every target that a route names, in whatever class. */
export function targetsOf({ targets, classes }: RouteSpec): RouteTarget[] {
  return [...targets, ...Object.values(classes).flatMap((one) => one.targets)];
}

/**
 * Throws `config_invalid` for routes that no call could follow: one that leads back to itself, that
 * names a route or provider that is not there, or whose options do not fit its strategy.
 *
 * @param checkModel throws for a `provider/model` that cannot exist
 */
export function checkRoutes(routes: Routes, checkModel: (model: string) => void): void {
  for (const [name, spec] of Object.entries(routes)) {
    checkOptions(name, spec);
    const asked = { classifier: spec.classifier?.model, "confidence.scorer": scorerModel(spec) };
    for (const [field, model] of Object.entries(asked)) {
      if (model === undefined) continue;
      if (routeNameOf(model) !== undefined) {
        throw invalid(name, `its ${field} ${model} is a route; name a model.`);
      }
      checkTarget(routes, name, model, checkModel, `its ${field}: `);
    }
    for (const { model } of targetsOf(spec)) checkTarget(routes, name, model, checkModel);
    checkCycle(routes, [name]);
  }
}

function scorerModel({ confidence }: RouteSpec): string | undefined {
  return confidence?.scorer.kind === "model" ? confidence.scorer.model : undefined;
}

function checkOptions(name: string, spec: RouteSpec): void {
  const isByClass = spec.strategy === "by_class";
  const hasClasses = Object.keys(spec.classes).length > 0;
  if (isByClass && !hasClasses) throw invalid(name, "its strategy is by_class; give it classes.");
  if (!isByClass && (hasClasses || spec.classifier)) {
    throw invalid(name, "it has classes or a classifier; its strategy must then be by_class.");
  }
  if (spec.strategy === "weighted" && spec.targets.every(({ weight }) => weight === 0)) {
    throw invalid(name, "every weight is 0; give one target more.");
  }
}

function checkTarget(
  routes: Routes,
  name: string,
  model: string,
  checkModel: (model: string) => void,
  field = "",
): void {
  const nested = routeNameOf(model);
  try {
    if (nested === undefined) checkModel(model);
    else findRoute(routes, nested);
  } catch (error) {
    if (!(error instanceof FlotillaError) || error.code === "credentials_missing") return;
    throw invalid(name, `${field}${error.message}`);
  }
}

function checkCycle(routes: Routes, path: string[]): void {
  for (const { model } of targetsOf(findRoute(routes, path.at(-1) ?? ""))) {
    const next = routeNameOf(model);
    if (next === undefined) continue;
    if (next === path[0]) {
      throw invalid(next, `it leads back to itself: ${[...path, next].join(" → ")}.`);
    }
    // A circle further on is found from the routes in it.
    if (!path.includes(next)) checkCycle(routes, [...path, next]);
  }
}

function invalid(name: string, why: string): FlotillaError {
  return new FlotillaError("config_invalid", `The route "${name}" cannot work: ${why}`);
}
