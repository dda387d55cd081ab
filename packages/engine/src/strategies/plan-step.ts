import {
  FlotillaError,
  planAnswer,
  planCallId,
  planChild,
  planOutcome,
  withResults,
  type AgentSpec,
  type ErrorRecord,
  type Json,
  type Plan,
  type PlanStep,
  type Run,
} from "@flotilla/core";
import { checkOutput } from "../output.ts";
import { pendingCalls } from "../pending-calls.ts";
import { judgeResult } from "./judge-result.ts";
import { ask, type Move, type PlanStrategy } from "./move.ts";

/** How the agent says that a step cannot be done. */
export const failureMark = "FAILED:";

/** What a step of the plan that was begun does next; undefined while the run of another agent does it. */
export function nextOfPlanStep(
  run: Run,
  spec: AgentSpec,
  strategy: PlanStrategy,
  plan: Plan,
  step: PlanStep,
): Move | undefined {
  const outcome = planOutcome(run, step);
  if (!outcome) return doStep(run, plan, step);
  if ("error" in outcome) return failStep(strategy, step, outcome.error);
  const given = givenUp(run, step, outcome.output);
  if (given) return failStep(strategy, step, given, true);
  const { check } = step;
  if (!check) return finishStep(step, outcome.output);
  const after = planAnswer(run, step)?.step ?? step.after;
  const subject = { step: after, planStep: step, output: outcome.output };
  const judged = judgeResult(run, spec, [check], subject);
  if ("move" in judged) return judged.move;
  if (judged.ok) return finishStep(step, outcome.output);
  const message = `The result of step ${step.id} was not accepted: ${judged.problems.join("; ")}.`;
  const hints = judged.lesson ? ` ${judged.lesson}` : "";
  return failStep(strategy, step, record("check_failed", `${message}${hints}`));
}

function doStep(run: Run, plan: Plan, step: PlanStep): Move | undefined {
  const { id, uses, attempts } = step;
  switch (uses.kind) {
    case "self":
      if (isOverBudget(run, step)) {
        return end(
          step,
          record("limit_cost", `Step ${id} has cost its budget, and is not done.`),
          true,
        );
      }
      return ask({ kind: "plan_step", id, attempt: attempts });
    case "tool": {
      const callId = planCallId(id, attempts);
      const input = withResults(uses.input, plan);
      return pendingCalls(run, [{ type: "tool_call", callId, tool: uses.tool, input }]);
    }
    case "agent":
      return planChild(run, step) ? undefined : { kind: "start_child", planStep: id };
  }
}

function isOverBudget(run: Run, { id, budgetMicros }: PlanStep): boolean {
  if (budgetMicros === undefined) return false;
  let spent = 0;
  for (const one of run.steps) {
    if (one.kind !== "model" || one.purpose?.kind !== "plan_step" || one.purpose.id !== id)
      continue;
    spent += one.costMicros ?? 0;
    for (const attempt of one.attempts) spent += attempt.costMicros ?? 0;
  }
  return spent >= budgetMicros;
}

/** Why an answer is none: it was cut off, refused, or says so itself. */
function givenUp(run: Run, step: PlanStep, output: Json): ErrorRecord | undefined {
  const answer = planAnswer(run, step);
  if (!answer) return undefined;
  if (answer.finish === "length") {
    return record("model_output_truncated", `The result of step ${step.id} was cut off.`);
  }
  if (answer.finish === "content_filter") {
    return record("model_refused", `The provider refused the content of step ${step.id}.`);
  }
  const text = typeof output === "string" ? output.trimStart() : "";
  if (!text.startsWith(failureMark)) return undefined;
  return record("plan_failed", text.slice(failureMark.length).trim() || "no reason was given");
}

function finishStep({ id, check, uses }: PlanStep, output: Json): Move {
  const isJson = check?.kind === "schema" && uses.kind === "self" && typeof output === "string";
  const checked = isJson ? checkOutput(check.schema, output) : undefined;
  const result = checked?.ok ? checked.output : output;
  return { kind: "journal", events: [{ type: "plan_step.done", id, result }] };
}

/** A call of a tool is not made again: it may have taken effect. */
function failStep(
  { stepTries }: PlanStrategy,
  step: PlanStep,
  error: ErrorRecord,
  isFinal = false,
): Move {
  return end(step, error, isFinal || step.uses.kind === "tool" || step.tries >= stepTries);
}

function end({ id }: PlanStep, error: ErrorRecord, final: boolean): Move {
  return { kind: "journal", events: [{ type: "plan_step.failed", id, error, final }] };
}

function record(code: FlotillaError["code"], message: string): ErrorRecord {
  return new FlotillaError(code, message).toRecord();
}
