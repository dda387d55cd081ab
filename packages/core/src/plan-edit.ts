import { FlotillaError } from "./error.ts";
import { planProblems } from "./plan-problems.ts";
import type { IntendedStep, Plan, PlanEdit, PlanStep } from "./plan.ts";

/** A step that nobody has begun. */
export function pendingStep(step: IntendedStep): PlanStep {
  return {
    ...step,
    status: "pending",
    attempts: 0,
    tries: 0,
    after: 0,
    result: null,
    error: null,
    startedAt: null,
    endedAt: null,
  };
}

/**
 * The plan after edits, which are made in order and judged together. Finished steps and steps under way stay
 * as they are; a failed step that is changed, if only by nothing, is tried again.
 *
 * Throws `plan_invalid`, which names the step.
 */
export function editedPlan(
  plan: Plan,
  edits: readonly PlanEdit[],
  version = plan.version + 1,
): Plan {
  const steps = edits.reduce(edited, plan.steps);
  const problems = planProblems(steps);
  if (problems.length > 0) throw invalid(problems.join("; "));
  return { ...plan, version, steps };
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
