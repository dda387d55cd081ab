import { FlotillaError } from "./error.ts";
import type { Event, EventOf } from "./event.ts";
import type { Json } from "./json.ts";
import { userMessage, type Message, type ToolResult } from "./message.ts";
import { runTransitions, type ModelStep, type Run, type RunStatus, type ToolStep } from "./run.ts";
import { addUsage, noUsage } from "./usage.ts";

/**
 * The state after an event. Pure: the same events give the same state everywhere
 * (engine, web, CLI, replay). `run` is undefined before `run.created`.
 *
 * Throws `illegal_transition` when the event cannot follow in this state.
 */
export function reduce(run: Run | undefined, event: Event): Run {
  if (!run) {
    if (event.type === "run.created") return created(event);
    throw illegal("a run that does not exist", event);
  }
  if (event.seq <= run.seq) throw illegal(`a run at seq ${run.seq}`, event);
  return { ...apply(run, event), seq: event.seq };
}

/** Folds a whole history, or goes on from an earlier state. Throws when nothing was given. */
export function fold(events: Iterable<Event>, from?: Run): Run {
  let run = from;
  for (const event of events) run = reduce(run, event);
  if (!run) throw new FlotillaError("not_found", "The run has no events.");
  return run;
}

/**
 * The conversation a run has had, as a model reads it: the input, each completed
 * answer, the tool results in call order, and repair turns.
 */
export function transcript(run: Run): Message[] {
  const messages: Message[] = [userMessage(run.input.text)];
  let results: ToolResult[] | undefined;
  for (const step of run.steps) {
    if (step.kind === "tool") {
      if (step.status !== "done" && step.status !== "failed") continue;
      if (!results) messages.push({ role: "tool", results: (results = []) });
      results.push(toolResult(step));
      continue;
    }
    results = undefined;
    if (step.kind === "rejection") messages.push(userMessage(repairPrompt(step.problems)));
    else if (step.message) messages.push(step.message);
  }
  return messages;
}

function toolResult(step: ToolStep): ToolResult {
  const isError = step.status === "failed";
  const output: Json = isError ? `Error: ${step.error?.message ?? "the tool failed"}` : step.output;
  return { callId: step.callId, tool: step.tool, output, isError };
}

function repairPrompt(problems: string[]): string {
  return [
    "Your answer does not fit the required JSON Schema:",
    ...problems.map((problem) => `- ${problem}`),
    "Answer again with corrected JSON only.",
  ].join("\n");
}

function created(event: Event & EventOf<"run.created">): Run {
  return {
    runId: event.runId,
    agentId: event.agentId,
    agentName: event.agentName,
    agentVersion: event.agentVersion,
    input: event.input,
    batchId: event.batchId ?? null,
    row: event.row ?? null,
    createdAt: event.at,
    startedAt: null,
    seq: event.seq,
    segment: 0,
    epoch: 0,
    worker: null,
    steps: [],
    stepCount: 0,
    usage: noUsage,
    costMicros: 0,
    costIncomplete: false,
    interrupts: [],
    idleSince: null,
    idleMs: 0,
    status: "pending",
  };
}

function apply(run: Run, event: Event): Run {
  switch (event.type) {
    case "run.created":
      throw illegal(`a ${run.status} run`, event);
    case "segment.started":
      return {
        ...base(run, "running", event),
        segment: event.segment,
        epoch: event.epoch,
        worker: event.worker,
        startedAt: run.startedAt ?? event.at,
        idleSince: null,
        idleMs: run.idleMs + (run.idleSince ? Date.parse(event.at) - Date.parse(run.idleSince) : 0),
        status: "running",
      };
    case "run.waiting":
      return {
        ...base(run, "waiting", event),
        idleSince: event.at,
        status: "waiting",
        waitingFor: event.for,
      };
    case "run.retried":
      return { ...base(run, "pending", event), status: "pending" };
    case "run.completed":
      return {
        ...base(run, "completed", event),
        idleSince: event.at,
        status: "completed",
        output: event.output,
        endedAt: event.at,
      };
    case "run.failed":
      return {
        ...base(run, "failed", event),
        idleSince: event.at,
        status: "failed",
        error: event.error,
        endedAt: event.at,
      };
    case "run.cancelled":
      return {
        ...base(run, "cancelled", event),
        idleSince: event.at,
        status: "cancelled",
        cancelledBy: event.by,
        reason: event.reason ?? null,
        endedAt: event.at,
      };
    case "interrupt.raised":
      requireStatus(run, event, "running");
      return {
        ...run,
        interrupts: [
          ...run.interrupts,
          {
            interruptId: event.interruptId,
            kind: event.kind,
            callId: event.callId,
            prompt: event.prompt,
            raisedAt: event.at,
          },
        ],
      };
    case "interrupt.answered":
      return answered(run, event);
    default:
      requireStatus(run, event, "running");
      return applyStep(run, event);
  }
}

function applyStep(
  run: Run,
  event: Event & { type: `step.${string}` | `effect.${string}` | "output.rejected" },
): Run {
  switch (event.type) {
    case "step.started":
      return startStep(run, event);
    case "step.restarted":
      return withModelStep(run, event, (step) => ({
        ...step,
        model: event.model,
        status: "running",
        partialText: "",
        partialReasoning: "",
        attempts: [
          ...closeAttempt(step, event.at, null),
          { attempt: event.attempt, startedAt: event.at, endedAt: null, error: null },
        ],
      }));
    case "step.delta":
      return withModelStep(run, event, (step) => ({
        ...step,
        partialText: step.partialText + (event.text ?? ""),
        partialReasoning: step.partialReasoning + (event.reasoning ?? ""),
      }));
    case "step.completed":
      return completeStep(run, event);
    case "step.failed":
      return withModelStep(run, event, (step) => ({
        ...step,
        status: event.retryInMs === null ? "failed" : "retrying",
        partialText: "",
        partialReasoning: "",
        endedAt: event.retryInMs === null ? event.at : null,
        attempts: closeAttempt(step, event.at, event.error),
      }));
    case "output.rejected":
      return {
        ...run,
        steps: [
          ...run.steps,
          { kind: "rejection", step: event.step, problems: event.problems, at: event.at },
        ],
      };
    case "effect.intended":
      return intend(run, event);
    case "effect.done":
      return withToolStep(run, event, (step) => ({
        ...step,
        status: "done",
        output: event.output,
        error: null,
        endedAt: event.at,
        attempts: closeAttempt(step, event.at, null),
      }));
    case "effect.failed":
      return withToolStep(run, event, (step) => ({
        ...step,
        status: event.retryInMs === null ? "failed" : "retrying",
        error: event.error,
        endedAt: event.retryInMs === null ? event.at : null,
        attempts: closeAttempt(step, event.at, event.error),
      }));
    case "effect.unknown":
      return withToolStep(run, event, (step) => ({ ...step, status: "unknown" }));
  }
}

/** A step that failed earlier (and whose run was retried) starts again as a new attempt. */
function startStep(run: Run, event: Event & EventOf<"step.started">): Run {
  const opened = { attempt: event.attempt, startedAt: event.at, endedAt: null, error: null };
  const last = run.steps.at(-1);
  if (last?.kind === "model" && last.step === event.step) {
    if (last.status === "completed" || last.status === "running") {
      throw illegal(`step ${last.step}, which is ${last.status}`, event);
    }
    return withModelStep(run, event, (step) => ({
      ...step,
      model: event.model,
      status: "running",
      endedAt: null,
      attempts: [...step.attempts, opened],
    }));
  }
  if (event.step !== run.stepCount + 1) {
    throw illegal(`a run with ${run.stepCount} completed steps`, event);
  }
  const step: ModelStep = {
    kind: "model",
    step: event.step,
    model: event.model,
    status: "running",
    attempts: [opened],
    partialText: "",
    partialReasoning: "",
    message: null,
    usage: null,
    finish: null,
    costMicros: null,
    firstTokenMs: null,
    startedAt: event.at,
    endedAt: null,
  };
  return { ...run, steps: [...run.steps, step] };
}

function completeStep(run: Run, event: Event & EventOf<"step.completed">): Run {
  const next = withModelStep(run, event, (step) => ({
    ...step,
    status: "completed",
    partialText: "",
    partialReasoning: "",
    message: event.message,
    usage: event.usage,
    finish: event.finish,
    costMicros: event.costMicros,
    firstTokenMs: event.firstTokenMs,
    endedAt: event.at,
    attempts: closeAttempt(step, event.at, null),
  }));
  return {
    ...next,
    stepCount: run.stepCount + 1,
    usage: addUsage(run.usage, event.usage),
    costMicros: run.costMicros + (event.costMicros ?? 0),
    costIncomplete: run.costIncomplete || event.costMicros === null,
  };
}

function intend(run: Run, event: Event & EventOf<"effect.intended">): Run {
  const opened = { attempt: event.attempt, startedAt: event.at, endedAt: null, error: null };
  const known = run.steps.some((step) => step.kind === "tool" && step.callId === event.callId);
  if (known) {
    return withToolStep(run, event, (step) => ({
      ...step,
      status: "intended",
      attempts: [...closeAttempt(step, event.at, step.error), opened],
    }));
  }
  const step: ToolStep = {
    kind: "tool",
    step: event.step,
    callId: event.callId,
    tool: event.tool,
    input: event.input,
    idempotencyKey: event.idempotencyKey,
    status: "intended",
    attempts: [opened],
    output: null,
    error: null,
    startedAt: event.at,
    endedAt: null,
  };
  return { ...run, steps: [...run.steps, step] };
}

/** An answer is folded into the ledger at once; the run itself goes on with its next segment. */
function answered(run: Run, event: Event & EventOf<"interrupt.answered">): Run {
  const open = run.interrupts.find((one) => one.interruptId === event.interruptId);
  if (!open || run.status !== "waiting") throw illegal(`a ${run.status} run`, event);
  const { answer, at } = event;
  const settled = withToolStep(run, { ...event, callId: open.callId }, (step) => {
    switch (answer.action) {
      case "done":
        return { ...step, status: "done", output: answer.output, endedAt: at };
      case "redo":
        return { ...step, status: "retrying" };
      case "fail": {
        const error = new FlotillaError("effect_unknown", answer.reason).toRecord();
        return { ...step, status: "failed", error, endedAt: at };
      }
    }
  });
  return {
    ...settled,
    interrupts: run.interrupts.filter((one) => one.interruptId !== event.interruptId),
  };
}

function withModelStep(
  run: Run,
  event: Event & { step: number },
  change: (step: ModelStep) => ModelStep,
): Run {
  const index = run.steps.length - 1;
  const last = run.steps[index];
  if (last?.kind !== "model" || last.step !== event.step) {
    throw illegal(`a run whose last step is not model step ${event.step}`, event);
  }
  if (last.status === "completed") throw illegal(`completed step ${last.step}`, event);
  return { ...run, steps: run.steps.with(index, change(last)) };
}

function withToolStep(
  run: Run,
  event: Event & { callId: string },
  change: (step: ToolStep) => ToolStep,
): Run {
  const index = run.steps.findLastIndex(
    (step) => step.kind === "tool" && step.callId === event.callId,
  );
  const found = run.steps[index];
  if (found?.kind !== "tool") throw illegal(`a run without tool call ${event.callId}`, event);
  if (found.status === "done" || found.status === "failed") {
    throw illegal(`tool call ${found.callId}, which is ${found.status}`, event);
  }
  return { ...run, steps: run.steps.with(index, change(found)) };
}

function closeAttempt(
  step: ModelStep | ToolStep,
  at: string,
  error: ModelStep["attempts"][number]["error"],
): ModelStep["attempts"] {
  const last = step.attempts.at(-1);
  if (!last || last.endedAt) return step.attempts;
  return step.attempts.with(-1, { ...last, endedAt: at, error });
}

/** The run without the fields of its old status. */
function base(run: Run, next: RunStatus, event: Event) {
  if (!runTransitions[run.status].includes(next)) throw illegal(`a ${run.status} run`, event);
  const {
    waitingFor: _waitingFor,
    output: _output,
    error: _error,
    cancelledBy: _cancelledBy,
    reason: _reason,
    endedAt: _endedAt,
    ...rest
  } = run as Run & Record<string, unknown>;
  return rest as unknown as Run;
}

function requireStatus(run: Run, event: Event, status: RunStatus): void {
  if (run.status !== status) throw illegal(`a ${run.status} run`, event);
}

function illegal(subject: string, event: Event): FlotillaError {
  return new FlotillaError(
    "illegal_transition",
    `${event.type} (seq ${event.seq}) cannot follow in ${subject}.`,
  );
}
