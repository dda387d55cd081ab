import { FlotillaError } from "./error.ts";
import type { IntendedStep, Plan, PlanEdit, PlanStep } from "./plan.ts";

/** A step that nobody has begun. */
export function pendingStep(step: IntendedStep): PlanStep {
  return {
    ...step,
    status: "pending",
    attempts: 0,
    result: null,
    error: null,
    startedAt: null,
    endedAt: null,
  };
}

/**
 * The plan after edits, in order. Finished steps and steps under way stay as they are.
 *
 * Throws `plan_invalid`, which names the step.
 */
export function editedPlan(plan: Plan, edits: readonly PlanEdit[], version: number): Plan {
  return { ...plan, version, steps: edits.reduce(edited, plan.steps) };
}

function edited(steps: PlanStep[], edit: PlanEdit): PlanStep[] {
  if (edit.edit === "add") {
    if (steps.some(({ id }) => id === edit.step.id)) {
      throw invalid(`there is a step ${edit.step.id} already`);
    }
    return steps.toSpliced(edit.at ?? steps.length, 0, pendingStep(edit.step));
  }
  const index = steps.findIndex(({ id }) => id === edit.id);
  const step = steps[index];
  if (!step) throw invalid(`there is no step ${edit.id}`);
  if (edit.edit === "move") return steps.toSpliced(index, 1).toSpliced(edit.at, 0, step);
  if (step.status === "done" || step.status === "running") {
    throw invalid(`step ${edit.id} is ${step.status}, and stays as it is`);
  }
  if (edit.edit === "remove") {
    const needs = steps.find(({ dependsOn }) => dependsOn.includes(edit.id));
    if (needs) throw invalid(`step ${needs.id} depends on ${edit.id}`);
    return steps.toSpliced(index, 1);
  }
  const { budgetMicros, check, ...changes } = edit.changes;
  const { budgetMicros: oldBudget, check: oldCheck, ...rest } = step;
  const budget = budgetMicros === undefined ? oldBudget : (budgetMicros ?? undefined);
  const judged = check === undefined ? oldCheck : (check ?? undefined);
  return steps.with(index, {
    ...pendingStep({
      ...rest,
      ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
      ...(budget !== undefined && { budgetMicros: budget }),
      ...(judged !== undefined && { check: judged }),
    }),
    attempts: step.attempts,
  });
}

function invalid(problem: string): FlotillaError {
  return new FlotillaError("plan_invalid", `The plan cannot be changed so: ${problem}.`);
}
