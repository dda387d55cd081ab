import {
  budgetLeft,
  committedMicros,
  costLimit,
  FlotillaError,
  mayCallTools,
  messageText,
  toolCalls,
  type AgentSpec,
  type ModelStep,
  type RouteRules,
  type Run,
  type ToolCallPart,
} from "@flotilla/core";
import type { Action } from "./action.ts";
import { checkOutput } from "./output.ts";
import { pendingCalls } from "./pending-calls.ts";
import { repairsOf } from "./repairs.ts";
import { ask, lastModelStep, type Ask, type Move } from "./strategies/move.ts";
import { nextOfPlan } from "./strategies/plan-and-solve.ts";
import { nextOfReflexion } from "./strategies/reflexion.ts";
import { fail } from "./strategies/structured-answer.ts";
import { gaveUp } from "./tool-tries.ts";

/**
 * Decides what a run does next, from its state alone. Pure, so that a run taken over by
 * another worker decides the same.
 *
 * @param now Unix milliseconds, for the wall-time limit
 * @param rules of the run's route
 */
export function nextAction(run: Run, spec: AgentSpec, now: number, rules: RouteRules = {}): Action {
  const move = nextMove(run, spec, rules);
  if (move.kind !== "ask") return move;
  const action = callModel(run, spec, now, move);
  const { classifier } = rules;
  const mustClassify = classifier && !run.classified && !lastModelStep(run);
  return mustClassify && action.kind === "call_model"
    ? { kind: "classify_task", classifier }
    : action;
}

function nextMove(run: Run, spec: AgentSpec, rules: RouteRules): Move {
  const step = lastModelStep(run);
  if (step && (step.status !== "completed" || !step.message)) {
    return { kind: "ask", purpose: step.purpose, open: step };
  }
  if (step && step.purpose?.kind !== "plan_step") {
    if (step.finish === "content_filter") {
      return fail("model_refused", "The provider's content filter stopped the answer.");
    }
    if (step.finish === "length") {
      return fail("model_output_truncated", "The answer was cut off at the output token limit.");
    }
  }
  const calls = step?.message && mayCallTools(step.purpose) ? toolCalls(step.message) : [];
  if (step && calls.length > 0) {
    const move = afterCalls(run, step, calls) ?? gaveUp(run, spec, calls);
    return move ?? nextOf(run, spec, rules, undefined);
  }
  if (step && isRefused(run, step)) return ask(step.purpose);
  return nextOf(run, spec, rules, step);
}

/** Whether the answer was not good enough: it is given again. */
function isRefused(run: Run, { step }: ModelStep): boolean {
  return run.steps.some(
    (one) => (one.kind === "rejection" || one.kind === "escalation") && one.step === step,
  );
}

/** @param answered the model's last answer, if that calls no tools */
function nextOf(
  run: Run,
  spec: AgentSpec,
  rules: RouteRules,
  answered: ModelStep | undefined,
): Move {
  const { strategy } = spec;
  if (strategy === "react") return answered ? react(run, spec, rules, answered) : ask();
  if (strategy.kind === "reflexion") {
    return nextOfReflexion(run, spec, strategy, (step) => answer(run, spec, step));
  }
  return nextOfPlan(run, spec, strategy, (step) => sure(answer(run, spec, step), step, rules));
}

function react(run: Run, spec: AgentSpec, rules: RouteRules, step: ModelStep): Move {
  // Somebody said something after the answer: it is not the last one.
  if (run.steps.at(-1)?.kind === "message") return ask();
  return sure(answer(run, spec, step), step, rules);
}

/** What the answer comes to, once its route is sure enough of it. */
function sure(move: Move, step: ModelStep, { confidence }: RouteRules): Move {
  if (!confidence || step.judged || move.kind === "repair_output") return move;
  return {
    kind: "judge_answer",
    step: step.step,
    isValid: move.kind === "complete",
    confidence,
  };
}

/** Undefined when all calls of the answer are settled, and the model is to go on. */
function afterCalls(run: Run, step: ModelStep, calls: ToolCallPart[]): Move | undefined {
  const theirs = new Set(run.request?.tools?.map((tool) => tool.name));
  const handedOut = step.purpose ? [] : calls.filter((call) => theirs.has(call.tool));
  const own = calls.filter((call) => !handedOut.includes(call));
  const move = pendingCalls(run, own);
  if (move) return move;
  if (handedOut.length === 0) return undefined;
  const output = step.message ? messageText(step.message) : "";
  return { kind: "complete", output, calls: handedOut };
}

function callModel(run: Run, spec: AgentSpec, now: number, { open, purpose }: Ask): Action {
  const limit = limitReached(run, spec, now);
  if (limit) return { kind: "fail", error: limit.toRecord() };
  return {
    kind: "call_model",
    step: open?.step ?? run.stepCount + 1,
    attempt: (open?.attempts.at(-1)?.attempt ?? 0) + 1,
    restart: open?.status === "running" || open?.status === "waiting",
    ...(purpose && { purpose }),
  };
}

function answer(run: Run, spec: AgentSpec, step: ModelStep): Move {
  const text = step.message ? messageText(step.message) : "";
  if (!spec.output) return { kind: "complete", output: text };
  const check = checkOutput(spec.output, text);
  if (check.ok) return { kind: "complete", output: check.output };
  if (repairsOf(run, step) < spec.outputRepairs) {
    return { kind: "repair_output", step: step.step, problems: check.problems };
  }
  return fail(
    "model_output_invalid",
    `The answer does not fit the output schema: ${check.problems.join("; ")}.`,
  );
}

/** Milliseconds of the run's wall time that are left; they do not pass while a call waits for its turn. */
export function wallTimeLeft(run: Run, spec: AgentSpec, now: number): number {
  const started = run.startedAt ? Date.parse(run.startedAt) : now;
  const step = run.steps.at(-1);
  const since = step?.kind === "model" ? step.waitingSince : null;
  const waiting = since === null ? 0 : Math.max(0, now - Date.parse(since));
  return spec.limits.maxWallSeconds * 1_000 - (now - started - run.idleMs - waiting);
}

/** The error of the wall-time limit; also what an aborted call reports. */
export function wallTimeError(spec: AgentSpec): FlotillaError {
  return new FlotillaError(
    "limit_wall_time",
    `The run took longer than ${spec.limits.maxWallSeconds} seconds.`,
  );
}

function limitReached(run: Run, spec: AgentSpec, now: number): FlotillaError | undefined {
  const { maxSteps, maxTokens } = spec.limits;
  if (run.stepCount - (run.fork?.reused.steps ?? 0) >= maxSteps) {
    return new FlotillaError(
      "limit_steps",
      `The run has reached its limit of model calls (${maxSteps}).`,
    );
  }
  const tokens = run.usage.inputTokens + run.usage.outputTokens;
  if (maxTokens !== undefined && tokens >= maxTokens) {
    return new FlotillaError("limit_tokens", `The run has used ${tokens} tokens of ${maxTokens}.`);
  }
  if (budgetLeft(run, spec.limits) === 0) {
    const spent = (committedMicros(run) / 1_000_000).toFixed(4);
    const limit = (costLimit(run, spec.limits) ?? 0) / 1_000_000;
    return new FlotillaError("limit_cost", `The run has cost $${spent} of $${limit}.`);
  }
  return wallTimeLeft(run, spec, now) <= 0 ? wallTimeError(spec) : undefined;
}
