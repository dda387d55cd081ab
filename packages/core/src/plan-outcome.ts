import type { ErrorRecord } from "./error.ts";
import type { Json } from "./json.ts";
import { messageText } from "./message.ts";
import { planCallId } from "./aside-call.ts";
import type { PlanStep } from "./plan.ts";
import type { ModelStep, Run, ToolStep } from "./run.ts";
import type { ChildState } from "./team.ts";

/** What a step of the plan that was begun has come to so far; undefined while it is under way. */
export type PlanOutcome = { output: Json } | { error: ErrorRecord };

/** The answer of the agent itself to a step of the plan; undefined while there is none. */
export function planAnswer(run: Run, { id, attempts }: PlanStep): ModelStep | undefined {
  const last = run.steps.findLast(
    (one): one is ModelStep =>
      one.kind === "model" &&
      one.purpose?.kind === "plan_step" &&
      one.purpose.id === id &&
      one.purpose.attempt === attempts,
  );
  const isAnswer = last?.status === "completed" && last.finish !== "tool_calls";
  return isAnswer ? last : undefined;
}

/** The call that does a step of the plan. */
export function planCall(run: Run, { id, attempts }: PlanStep): ToolStep | undefined {
  const callId = planCallId(id, attempts);
  return run.steps.findLast((one): one is ToolStep => one.kind === "tool" && one.callId === callId);
}

/** The run that does a step of the plan. */
export function planChild(run: Run, { id, attempts }: PlanStep): ChildState | undefined {
  const callId = planCallId(id, attempts);
  return run.children.findLast((one) => one.callId === callId);
}

export function planOutcome(run: Run, step: PlanStep): PlanOutcome | undefined {
  switch (step.uses.kind) {
    case "self": {
      const { message } = planAnswer(run, step) ?? {};
      return message ? { output: messageText(message) } : undefined;
    }
    case "tool": {
      const call = planCall(run, step);
      if (call?.status === "done") return { output: call.output };
      return call?.status === "failed" && call.error ? { error: call.error } : undefined;
    }
    case "agent": {
      const child = planChild(run, step);
      if (!child || child.status === "open") return undefined;
      return child.error ? { error: child.error } : { output: child.output };
    }
  }
}
