import type { Plan, PlanStep } from "./plan.ts";

type Node = Pick<PlanStep, "id" | "dependsOn">;

/**
 * The ids of steps that depend on themselves, over others or at once, in the plan's order; empty
 * for a graph without a circle. Ids that are not in the plan lead nowhere.
 */
export function circleOf(steps: readonly Node[]): string[] {
  const open = new Map(steps.map((step) => [step.id, new Set(step.dependsOn)]));
  for (const needs of open.values()) {
    for (const id of needs) if (!open.has(id)) needs.delete(id);
  }
  peel(open);
  // What only hangs behind a circle is in none: nothing in the rest waits for it.
  const wanted = new Map([...open.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, needs] of open) for (const need of needs) wanted.get(need)?.add(id);
  peel(wanted);
  return [...wanted.keys()];
}

/** Takes away what waits for nothing, until all that is left waits for something. */
function peel(open: Map<string, Set<string>>): void {
  let free = [...open.keys()].filter((id) => open.get(id)?.size === 0);
  while (free.length > 0) {
    for (const id of free) open.delete(id);
    for (const needs of open.values()) for (const id of free) needs.delete(id);
    free = [...open.keys()].filter((id) => open.get(id)?.size === 0);
  }
}

/** Everything that a step depends on, over others or at once. */
export function ancestorsOf(steps: readonly Node[], id: string): Set<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const found = new Set<string>();
  const open = [...(byId.get(id)?.dependsOn ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(byId.get(next)?.dependsOn ?? []));
  }
  return found;
}

/** The steps that can begin now, in the plan's order: what they depend on is done. */
export function readySteps({ steps }: Pick<Plan, "steps">): PlanStep[] {
  const done = new Set(steps.filter(({ status }) => status === "done").map(({ id }) => id));
  return steps.filter(
    ({ status, dependsOn }) => status === "pending" && dependsOn.every((id) => done.has(id)),
  );
}

/** The steps that cannot begin as the plan stands: something they depend on has failed. */
export function skippedDependants({ steps }: Pick<Plan, "steps">): PlanStep[] {
  const failed = new Set(steps.filter(({ status }) => status === "failed").map(({ id }) => id));
  if (failed.size === 0) return [];
  return steps.filter(
    ({ id, status }) =>
      status === "pending" && [...ancestorsOf(steps, id)].some((one) => failed.has(one)),
  );
}
