import type { Limits } from "./agent.ts";
import type { Run } from "./run.ts";

const microsPerUsd = 1_000_000;

/** What a run and all below it may cost, in micro-USD; null: as much as they like. */
export function costLimit(run: Pick<Run, "parent">, limits: Limits): number | null {
  const own =
    limits.maxCostUsd === undefined ? Infinity : Math.floor(limits.maxCostUsd * microsPerUsd);
  const least = Math.min(own, run.parent?.budgetMicros ?? Infinity);
  return least === Infinity ? null : least;
}

/** What a run has spent, and what is spent or reserved below it. */
export function committedMicros({
  costMicros,
  children,
}: Pick<Run, "costMicros" | "children">): number {
  const below = children.map((child) =>
    child.status === "open"
      ? Math.max(child.budgetMicros ?? 0, child.costMicros)
      : child.costMicros,
  );
  return below.reduce((sum, micros) => sum + micros, costMicros);
}

/** What is left of a run's budget; null: it has none. */
export function budgetLeft(
  run: Pick<Run, "parent" | "costMicros" | "children">,
  limits: Limits,
): number | null {
  const limit = costLimit(run, limits);
  return limit === null ? null : Math.max(0, limit - committedMicros(run));
}

/**
 * What a child gets that asks for nothing: an equal share of what is left for each call that is still to
 * be begun, and one for the parent, which has to make something of their results.
 *
 * @param open calls of the answer that are still to be begun, this one included
 */
export function shareOf(leftMicros: number, open: number): number {
  return Math.floor(leftMicros / (open + 1));
}
