import { hash } from "node:crypto";
import {
  costMicros,
  noUsage,
  type Price,
  type RouteSpec,
  type RouteTarget,
  type TargetRequest,
} from "@flotilla/core";
import { findRoute, routeNameOf, type Routes } from "./check-routes.ts";
import { classByRules } from "./task-class.ts";

/** What an order may depend on beside the route and the call. */
export interface TargetFacts {
  price(model: string): Price | null;
  /** What was measured lately; null: nothing. */
  speed(model: string): { firstTokenMs: number; tokensPerSecond: number } | null;
  /** Uniform in [0, 1). */
  random(): number;
}

export interface Candidate {
  /** Never a route. */
  target: RouteTarget;
  /** Why it would be chosen, in words for people. */
  reason: string;
}

export interface Order {
  candidates: Candidate[];
  taskClass?: string;
}

/** Output tokens by which prices and speeds are compared; what a call will write is not known. */
const likelyOutputTokens = 500;
/** How often a route by speed asks another than the fastest, to know how fast it is now. */
const exploredPart = 0.05;

/** The targets of a route in the order in which a call should try them, each once. */
export function orderTargets(
  routes: Routes,
  name: string,
  request: TargetRequest,
  facts: TargetFacts,
): Order {
  const { candidates, taskClass } = ordered(routes, findRoute(routes, name), request, facts);
  const seen = new Set<string>();
  const fresh = candidates.filter(({ target: { model } }) => {
    const isFirst = !seen.has(model);
    seen.add(model);
    return isFirst;
  });
  return { candidates: fromPinned(fresh, request.pinned), ...(taskClass && { taskClass }) };
}

/** What comes before the pinned target comes last: it was asked, and was not sure enough. */
function fromPinned(candidates: Candidate[], pinned: string | undefined): Candidate[] {
  const index = candidates.findIndex(({ target }) => target.model === pinned);
  if (index < 0) return candidates;
  const [first, ...rest] = [...candidates.slice(index), ...candidates.slice(0, index)];
  return first ? [{ ...first, reason: "the answer before was not sure enough" }, ...rest] : rest;
}

function ordered(
  routes: Routes,
  spec: RouteSpec,
  request: TargetRequest,
  facts: TargetFacts,
): Order {
  const leaves = (targets: RouteTarget[], reason: (index: number) => string): Candidate[] =>
    targets.flatMap((target, index) => {
      const nested = routeNameOf(target.model);
      if (nested === undefined) return { target, reason: reason(index) };
      return ordered(routes, findRoute(routes, nested), request, facts).candidates;
    });
  const chain = (index: number) =>
    index === 0 ? "first of the chain" : `number ${index + 1} of the chain`;
  switch (spec.strategy) {
    case "fallback":
      return { candidates: leaves(spec.targets, chain) };
    case "cheapest":
      return {
        candidates: byCost(
          leaves(spec.targets, () => ""),
          request,
          facts,
        ),
      };
    case "fastest":
      return {
        candidates: bySpeed(
          leaves(spec.targets, () => ""),
          facts,
        ),
      };
    case "weighted": {
      const split = bySplit(spec.targets, request.runId);
      return {
        candidates: leaves(split, (index) =>
          index === 0 ? "its part of the split" : "next in the split",
        ),
      };
    }
    case "by_class": {
      const taskClass = classByRules(spec, request) ?? request.taskClass;
      const found = taskClass === undefined ? undefined : spec.classes[taskClass];
      if (taskClass === undefined || !found) {
        return { candidates: leaves(spec.targets, () => "a task of no class") };
      }
      return { candidates: leaves(found.targets, () => `a task of class ${taskClass}`), taskClass };
    }
  }
}

function byCost(candidates: Candidate[], request: TargetRequest, facts: TargetFacts): Candidate[] {
  const usage = { ...noUsage, inputTokens: request.inputTokens, outputTokens: likelyOutputTokens };
  const cost = ({ target }: Candidate) => costMicros(usage, facts.price(target.model)) ?? Infinity;
  return sorted(candidates, cost).map((one) => ({
    target: one.target,
    reason:
      cost(one) === Infinity ? "its price is unknown, and nothing else can" : "cheapest that can",
  }));
}

function bySpeed(candidates: Candidate[], facts: TargetFacts): Candidate[] {
  const time = ({ target }: Candidate) => {
    const speed = facts.speed(target.model);
    if (!speed) return Infinity;
    return speed.firstTokenMs + (likelyOutputTokens / speed.tokensPerSecond) * 1_000;
  };
  const fastest = sorted(candidates, time).map((one) => ({
    target: one.target,
    reason: time(one) === Infinity ? "not measured lately" : "fastest lately",
  }));
  if (fastest.length < 2 || facts.random() >= exploredPart) return fastest;
  const [explored] = fastest.splice(1 + Math.floor(facts.random() * (fastest.length - 1)), 1);
  return explored ? [{ ...explored, reason: "to measure its speed" }, ...fastest] : fastest;
}

/** Stable: those with the same value stay in the order in which they were written. */
function sorted(candidates: Candidate[], value: (one: Candidate) => number): Candidate[] {
  const valued = candidates.map((one) => ({ one, at: value(one) }));
  // The difference of two infinities is no number.
  return valued.toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ one }) => one);
}

/**
 * Weighted rendezvous hashing: each run has an order of its own that never changes, the first of
 * which is spread by weight. A target that is added or taken away moves only its own runs.
 */
function bySplit(targets: RouteTarget[], runId: string): RouteTarget[] {
  const distance = ({ model, weight }: RouteTarget) => {
    const digest = hash("sha1", `${runId} ${model}`);
    const uniform = (Number.parseInt(digest.slice(0, 12), 16) + 1) / (2 ** 48 + 1);
    return -Math.log(uniform) / weight;
  };
  return targets
    .filter(({ weight }) => weight > 0)
    .map((target) => ({ target, at: distance(target) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ target }) => target);
}
