import {
  planCallId,
  planChild,
  planStepText,
  toFlotillaError,
  type PlanStep,
} from "@flotilla/core";
import type { Segment } from "../segment.ts";
import { startChild } from "../team/start-child.ts";

/**
 * Has a step of the plan done by a run of another agent; a step for which none can be begun has failed. It is
 * staged: the run itself is made once that is committed.
 */
export async function startPlanChild(segment: Segment, id: string): Promise<void> {
  const { journal } = segment;
  const { run } = journal;
  const step = run.plan?.steps.find((one) => one.id === id);
  if (!run.plan || step?.uses.kind !== "agent") return;
  const isWanted = (one: PlanStep) =>
    one.status === "running" && one.uses.kind === "agent" && !planChild(run, one);
  try {
    const started = await startChild(segment, {
      agent: step.uses.agent,
      task: planStepText(run.plan, step),
      callId: planCallId(id, step.attempts),
      step: run.stepCount,
      planStep: id,
      ...(step.budgetMicros !== undefined && { budgetMicros: step.budgetMicros }),
      open: run.plan.steps.filter(isWanted).length,
    });
    journal.stage(started);
  } catch (thrown) {
    const error = toFlotillaError(thrown).toRecord();
    journal.stage({ type: "plan_step.failed", id, error, final: true });
  }
}
