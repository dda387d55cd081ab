import { FlotillaError } from "./error.ts";
import type { Event, EventOf } from "./event.ts";
import { unionLabels, type Label } from "./label.ts";
import type { AttemptState, ModelStep, Run, ToolStep } from "./run.ts";
import { addUsage } from "./usage.ts";

type StepEvent = Event &
  EventOf<
    | "step.started"
    | "step.waiting"
    | "step.admitted"
    | "step.delta"
    | "step.restarted"
    | "step.completed"
    | "step.failed"
    | "output.rejected"
    | "effect.intended"
    | "effect.done"
    | "effect.failed"
    | "effect.unknown"
  >;

/** The state after an event of a step; the run is running. */
export function applyStep(run: Run, event: StepEvent): Run {
  return apply(event.type === "step.waiting" ? run : endWait(run, event.at), event);
}

/** The wait of a call for its turn, if one is open, is over. */
function endWait(run: Run, at: string): Run {
  const last = run.steps.at(-1);
  if (last?.kind !== "model" || last.waitingSince === null) return run;
  return {
    ...run,
    idleMs: run.idleMs + Math.max(0, Date.parse(at) - Date.parse(last.waitingSince)),
    steps: run.steps.with(run.steps.length - 1, { ...last, waitingSince: null }),
  };
}

function apply(run: Run, event: StepEvent): Run {
  switch (event.type) {
    case "step.started":
      return startStep(run, event);
    case "step.restarted":
      return restartStep(run, event);
    case "step.waiting":
      return withModelStep(run, event, (step) => ({
        ...step,
        status: "waiting",
        waitingFor: event.for,
        // Of a parked run the pause counts, from its own event on.
        waitingSince: event.for.cause === "provider_batch" ? null : (step.waitingSince ?? event.at),
      }));
    case "step.admitted":
      return withModelStep(run, event, (step) => ({
        ...step,
        status: "running",
        waitingFor: null,
        attempts: changeLast(step.attempts, { waited: event.waited }),
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
      return failAttempt(run, event);
    case "output.rejected":
      return {
        ...run,
        steps: [
          ...run.steps,
          { kind: "rejection", step: event.step, problems: event.problems, at: event.at },
        ],
      };
    default:
      return applyEffect(run, event);
  }
}

function failAttempt(run: Run, event: Event & EventOf<"step.failed">): Run {
  const { waited } = event;
  const next = withModelStep(run, event, (step) => ({
    ...step,
    status: event.retryInMs === null ? "failed" : "retrying",
    waitingFor: null,
    partialText: "",
    partialReasoning: "",
    endedAt: event.retryInMs === null ? event.at : null,
    attempts: changeLast(closeAttempt(step, event.at, event.error), {
      ...(waited && { waited }),
      ...lossOf(event),
    }),
  }));
  return withCost(next, event);
}

/** The attempt before died with its worker; it has no error of its own. */
function restartStep(run: Run, event: Event & EventOf<"step.restarted">): Run {
  const next = withModelStep(afterMessages(run, openModelStep(run)), event, (step) => ({
    ...step,
    model: event.model,
    status: "running",
    waitingFor: null,
    partialText: "",
    partialReasoning: "",
    attempts: [
      ...changeLast(closeAttempt(step, event.at, null), lossOf(event)),
      openAttempt(event),
    ],
  }));
  return withCost(next, event);
}

type Costly = EventOf<"step.completed" | "step.failed" | "step.restarted">;

/** What an attempt that came to nothing used and cost all the same. */
function lossOf({ usage, usageEstimated, costMicros }: Costly): Partial<AttemptState> {
  if (!usage) return {};
  return {
    usage,
    usageEstimated: usageEstimated ?? false,
    ...(costMicros !== undefined && { costMicros }),
  };
}

/** The run after its model has read something with these labels. */
export function withLabels(run: Run, { labels }: { labels?: Label[] | undefined }): Run {
  return labels ? { ...run, labels: unionLabels(run.labels, labels) } : run;
}

/** What a call came to has labels, and a price. */
function withOutcome(run: Run, event: EventOf<"effect.done" | "effect.failed">): Run {
  const { costMicros = 0 } = event;
  return { ...withLabels(run, event), costMicros: run.costMicros + costMicros };
}

function withCost(run: Run, { usage, costMicros }: Costly): Run {
  if (!usage) return run;
  return {
    ...run,
    usage: addUsage(run.usage, usage),
    costMicros: run.costMicros + (costMicros ?? 0),
    costIncomplete: run.costIncomplete || costMicros == null,
  };
}

function applyEffect(run: Run, event: Event & { type: `effect.${string}` }): Run {
  switch (event.type) {
    case "effect.intended":
      return intend(run, event);
    case "effect.done":
      return withToolStep(withOutcome(run, event), event, (step) => ({
        ...step,
        status: "done",
        output: event.output,
        ...(event.artifact && { artifact: event.artifact }),
        ...(event.labels && { labels: event.labels }),
        error: null,
        endedAt: event.at,
        attempts: closeAttempt(step, event.at, null),
      }));
    case "effect.failed":
      return withToolStep(withOutcome(run, event), event, (step) => ({
        ...step,
        ...(event.labels && { labels: event.labels }),
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
  const opened = openAttempt(event);
  const index = openModelStep(run);
  const last = run.steps[index];
  if (last?.kind === "model" && last.step === event.step) {
    if (last.status !== "retrying" && last.status !== "failed") {
      throw illegal(`step ${last.step}, which is ${last.status}`, event);
    }
    return withModelStep(afterMessages(run, index), event, (step) => ({
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
    waitingFor: null,
    waitingSince: null,
    attempts: [opened],
    partialText: "",
    partialReasoning: "",
    message: null,
    usage: null,
    finish: null,
    costMicros: null,
    usageEstimated: false,
    priced: "call",
    firstTokenMs: null,
    ...(event.purpose && { purpose: event.purpose }),
    judged: null,
    startedAt: event.at,
    endedAt: null,
  };
  return { ...run, steps: [...run.steps, step] };
}

function completeStep(run: Run, event: Event & EventOf<"step.completed">): Run {
  const next = withModelStep(run, event, (step) => ({
    ...step,
    status: "completed",
    waitingFor: null,
    partialText: "",
    partialReasoning: "",
    message: event.message,
    usage: event.usage,
    finish: event.finish,
    costMicros: event.costMicros,
    usageEstimated: event.usageEstimated ?? false,
    priced: event.priced ?? "call",
    ...(event.saved && { saved: event.saved }),
    firstTokenMs: event.firstTokenMs,
    endedAt: event.at,
    attempts: changeLast(
      closeAttempt(step, event.at, null),
      event.waited ? { waited: event.waited } : {},
    ),
  }));
  return { ...withCost(next, event), stepCount: run.stepCount + 1 };
}

function intend(run: Run, event: Event & EventOf<"effect.intended">): Run {
  const opened = { attempt: event.attempt, startedAt: event.at, endedAt: null, error: null };
  const known = run.steps.some((step) => step.kind === "tool" && step.callId === event.callId);
  if (known) {
    const isAsked = run.interrupts.some((one) => "callId" in one && one.callId === event.callId);
    if (isAsked) throw illegal(`a run that asks about call ${event.callId}`, event);
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

/** The place of the last step but for messages that came after it: where an open model step is. */
export function openModelStep({ steps }: Run): number {
  return steps.findLastIndex(({ kind }) => kind !== "message");
}

/** What somebody said while the step was open is read by its next attempt: it stands before it. */
function afterMessages(run: Run, index: number): Run {
  const step = run.steps[index];
  if (!step || index === run.steps.length - 1) return run;
  return { ...run, steps: [...run.steps.toSpliced(index, 1), step] };
}

function withModelStep(
  run: Run,
  event: Event & { step: number },
  change: (step: ModelStep) => ModelStep,
): Run {
  const index = openModelStep(run);
  const last = run.steps[index];
  if (last?.kind !== "model" || last.step !== event.step) {
    throw illegal(`a run whose last step is not model step ${event.step}`, event);
  }
  if (last.status === "completed") throw illegal(`completed step ${last.step}`, event);
  return { ...run, steps: run.steps.with(index, change(last)) };
}

/** The run with one of its open tool calls changed. Throws when there is no such call. */
export function withToolStep(
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

function openAttempt(event: Event & EventOf<"step.started" | "step.restarted">): AttemptState {
  const { attempt, at, model, choice } = event;
  return { attempt, startedAt: at, endedAt: null, error: null, model, ...(choice && { choice }) };
}

function changeLast(attempts: AttemptState[], change: Partial<AttemptState>): AttemptState[] {
  const last = attempts.at(-1);
  return last ? attempts.with(attempts.length - 1, { ...last, ...change }) : attempts;
}

export function closeAttempt(
  step: ModelStep | ToolStep,
  at: string,
  error: AttemptState["error"],
): AttemptState[] {
  const last = step.attempts.at(-1);
  if (!last || last.endedAt) return step.attempts;
  return step.attempts.with(step.attempts.length - 1, { ...last, endedAt: at, error });
}

/** The error of an event that cannot follow. */
export function illegal(subject: string, event: Event): FlotillaError {
  return new FlotillaError(
    "illegal_transition",
    `${event.type} (seq ${event.seq}) cannot follow in ${subject}.`,
  );
}
