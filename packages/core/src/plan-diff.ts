import { canonicalJson } from "./canonical-json.ts";
import type { IntendedStep, Plan, PlanEdit, PlanStep } from "./plan.ts";

type Changes = Extract<PlanEdit, { edit: "change" }>["changes"];
type Steps = Pick<Plan, "steps">;

/**
 * The edits that make the second plan of the first: changes, removals, moves, additions. Where the second one
 * came from the first by edits, these give it again.
 */
export function diffPlans(before: Steps, after: Steps): PlanEdit[] {
  const old = new Map(before.steps.map((step) => [step.id, step]));
  const kept = after.steps.filter(({ id }) => old.has(id));
  const isKept = new Set(kept.map(({ id }) => id));
  const changes = kept.flatMap((step) => changed(old.get(step.id) as PlanStep, step));
  const removals = before.steps
    .filter(({ id }) => !isKept.has(id))
    .map(({ id }): PlanEdit => ({ edit: "remove", id }));
  const order = before.steps.map(({ id }) => id).filter((id) => isKept.has(id));
  const additions = after.steps.flatMap((step, at): PlanEdit[] =>
    isKept.has(step.id) ? [] : [{ edit: "add", step: intended(step), at }],
  );
  const wanted = kept.map(({ id }) => id);
  return [...changes, ...removals, ...moves(order, wanted), ...additions];
}

/** What a person is asked to approve: the goal and the steps, without what became of them. */
export function intendedPlan({ goal, steps }: Pick<Plan, "goal" | "steps">): {
  goal: string;
  steps: IntendedStep[];
} {
  return { goal, steps: steps.map(intended) };
}

/** The step without what became of it. */
export function intended(step: PlanStep): IntendedStep {
  const { id, intent, uses, inputs, dependsOn, budgetMicros, check } = step;
  return {
    ...{ id, intent, uses, inputs, dependsOn },
    ...(budgetMicros !== undefined && { budgetMicros }),
    ...(check && { check }),
  };
}

function changed(before: PlanStep, after: PlanStep): PlanEdit[] {
  const changes: Changes = {
    ...differing(before, after, "intent"),
    ...differing(before, after, "uses"),
    ...differing(before, after, "inputs"),
    ...differing(before, after, "dependsOn"),
    ...differing(before, after, "budgetMicros"),
    ...differing(before, after, "check"),
  };
  const isTriedAgain = before.status !== "pending" && after.status === "pending";
  if (Object.keys(changes).length === 0 && !isTriedAgain) return [];
  return [{ edit: "change", id: before.id, changes }];
}

/** A field that is taken away becomes null. */
function differing(before: IntendedStep, after: IntendedStep, field: keyof Changes): Changes {
  const [old, now] = [before[field] ?? null, after[field] ?? null];
  return canonicalJson(old) === canonicalJson(now) ? {} : { [field]: now };
}

/** Takes each id to its place, from the first on. */
function moves(order: readonly string[], wanted: readonly string[]): PlanEdit[] {
  let now = [...order];
  return wanted.flatMap((id, at): PlanEdit[] => {
    if (now[at] === id) return [];
    now = now.filter((one) => one !== id).toSpliced(at, 0, id);
    return [{ edit: "move", id, at }];
  });
}
