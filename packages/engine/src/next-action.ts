import {
  FlotillaError,
  messageText,
  toolCalls,
  type AgentSpec,
  type ConfidenceSpec,
  type ErrorRecord,
  type Json,
  type ModelStep,
  type RouteRules,
  type Run,
  type ToolCallPart,
  type ToolStep,
} from "@flotilla/core";
import { blame, isToBlame } from "./blame-call.ts";
import { checkOutput } from "./output.ts";

/** What a run does next. */
export type Action =
  | { kind: "call_model"; step: number; attempt: number; restart: boolean }
  /** Calls of one answer that are still to be made, or made again; they run side by side. */
  | { kind: "call_tools"; fresh: ToolCallPart[]; open: ToolStep[] }
  | { kind: "ask_person"; interruptIds: string[] }
  | { kind: "wait_for_children"; runIds: string[] }
  | { kind: "classify_task"; classifier: NonNullable<RouteRules["classifier"]> }
  | JudgeAnswer
  | { kind: "repair_output"; step: number; problems: string[] }
  /** `calls`: those of the caller's tools, which it has to make itself. */
  | { kind: "complete"; output: Json; calls?: ToolCallPart[] }
  | { kind: "fail"; error: ErrorRecord };

export interface JudgeAnswer {
  kind: "judge_answer";
  step: number;
  /** Whether it fits the agent's output schema. */
  isValid: boolean;
  confidence: ConfidenceSpec;
}

export type CallModel = Extract<Action, { kind: "call_model" }>;

/**
 * Decides what a run does next, from its state alone. Pure, so that a run taken over by
 * another worker decides the same.
 *
 * @param now Unix milliseconds, for the wall-time limit
 * @param rules of the run's route
 */
export function nextAction(run: Run, spec: AgentSpec, now: number, rules: RouteRules = {}): Action {
  const step = run.steps.findLast((one) => one.kind === "model");
  const last = run.steps.at(-1)?.kind;
  if (last === "rejection" || last === "escalation") return callModel(run, spec, now, undefined);
  if (!step || step.status !== "completed" || !step.message) {
    const action = callModel(run, spec, now, step);
    const { classifier } = rules;
    const mustClassify = classifier && !step && !run.classified && action.kind === "call_model";
    return mustClassify ? { kind: "classify_task", classifier } : action;
  }
  if (step.finish === "content_filter") {
    return fail("model_refused", "The provider's content filter stopped the answer.");
  }
  if (step.finish === "length") {
    return fail("model_output_truncated", "The answer was cut off at the output token limit.");
  }
  const calls = toolCalls(step.message);
  if (calls.length > 0) return afterCalls(run, spec, now, step, calls);
  // Somebody said something after the answer: it is not the last one.
  if (last === "message") return callModel(run, spec, now, undefined);
  const action = answer(run, spec, step);
  const { confidence } = rules;
  if (!confidence || step.judged || action.kind === "repair_output") return action;
  return {
    kind: "judge_answer",
    step: step.step,
    isValid: action.kind === "complete",
    confidence,
  };
}

const isOpen: ReadonlySet<ToolStep["status"]> = new Set(["approved", "intended", "retrying"]);

function afterCalls(
  run: Run,
  spec: AgentSpec,
  now: number,
  step: ModelStep,
  calls: ToolCallPart[],
): Action {
  const made = run.steps.filter(
    (one): one is ToolStep => one.kind === "tool" && one.step === step.step,
  );
  const known = new Set(made.map((one) => one.callId));
  const theirs = new Set(run.request?.tools?.map((tool) => tool.name));
  const handedOut = calls.filter((call) => theirs.has(call.tool));
  const fresh = calls.filter((call) => !known.has(call.callId) && !theirs.has(call.tool));
  const unsettled = made.filter(({ status }) => isOpen.has(status));
  const open = unsettled.filter((call) => !isToBlame(call));
  if (fresh.length > 0 || open.length > 0) return { kind: "call_tools", fresh, open };
  const [culprit] = unsettled;
  if (culprit) return { kind: "fail", error: blame(culprit).toRecord() };
  if (run.interrupts.length > 0) {
    return { kind: "ask_person", interruptIds: run.interrupts.map((one) => one.interruptId) };
  }
  const children = run.children.filter(({ status }) => status === "open");
  if (children.length > 0) {
    return { kind: "wait_for_children", runIds: children.map(({ childId }) => childId) };
  }
  if (handedOut.length > 0) {
    const output = step.message ? messageText(step.message) : "";
    return { kind: "complete", output, calls: handedOut };
  }
  return callModel(run, spec, now, undefined);
}

function callModel(run: Run, spec: AgentSpec, now: number, open: ModelStep | undefined): Action {
  const limit = limitReached(run, spec, now);
  if (limit) return { kind: "fail", error: limit.toRecord() };
  return {
    kind: "call_model",
    step: open?.step ?? run.stepCount + 1,
    attempt: (open?.attempts.at(-1)?.attempt ?? 0) + 1,
    restart: open?.status === "running" || open?.status === "waiting",
  };
}

function answer(run: Run, spec: AgentSpec, step: ModelStep): Action {
  const text = step.message ? messageText(step.message) : "";
  if (!spec.output) return { kind: "complete", output: text };
  const check = checkOutput(spec.output, text);
  if (check.ok) return { kind: "complete", output: check.output };
  const start = run.steps.findLastIndex((one) => one.kind === "escalation") + 1;
  const repairs = run.steps.slice(start).filter((one) => one.kind === "rejection").length;
  if (repairs < spec.outputRepairs) {
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
  const { maxSteps, maxTokens, maxCostUsd } = spec.limits;
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
  if (maxCostUsd !== undefined && run.costMicros >= maxCostUsd * 1_000_000) {
    const spent = (run.costMicros / 1_000_000).toFixed(4);
    return new FlotillaError("limit_cost", `The run has cost $${spent} of $${maxCostUsd}.`);
  }
  return wallTimeLeft(run, spec, now) <= 0 ? wallTimeError(spec) : undefined;
}

function fail(
  code: "model_refused" | "model_output_truncated" | "model_output_invalid",
  message: string,
): Action {
  return { kind: "fail", error: new FlotillaError(code, message).toRecord() };
}
