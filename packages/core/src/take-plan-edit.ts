import { toFlotillaError } from "./error.ts";
import type { EventOf } from "./event.ts";
import { editedPlan } from "./plan-edit.ts";
import { planProblems, type PlanBounds } from "./plan-problems.ts";
import type { Plan, PlanEdit } from "./plan.ts";

/** An edit of a plan as somebody asked for it. */
export interface PlanEditRequest {
  /** The version that it was made for. */
  version: number;
  edits: PlanEdit[];
  by: string;
  reason?: string;
}

/** One that lies for the worker of its run. */
export interface QueuedPlanEdit extends PlanEditRequest {
  /** From 1, in the order in which they came. */
  number: number;
  at: string;
}

/** What becomes of an edit: the event by which the plan has it, or the one that says why not. */
export function takenEdit(
  plan: Plan,
  request: PlanEditRequest & { number?: number },
  bounds: PlanBounds = {},
): EventOf<"plan.edited" | "plan.edit_refused"> {
  const { version, edits, by, reason, number } = request;
  const said = { edits, by, ...(number !== undefined && { number }) };
  const problems = problemsOf(plan, request, bounds);
  if (problems.length > 0) return { type: "plan.edit_refused", version, ...said, problems };
  return { type: "plan.edited", version: version + 1, ...said, ...(reason && { reason }) };
}

function problemsOf(plan: Plan, { version, edits }: PlanEditRequest, bounds: PlanBounds): string[] {
  if (version !== plan.version) return [`the plan has version ${plan.version} by now`];
  try {
    return planProblems(editedPlan(plan, edits).steps, bounds);
  } catch (error) {
    return [toFlotillaError(error).message];
  }
}
