import { FlotillaError } from "./error.ts";
import type { Event, EventOf, EventType } from "./event.ts";
import { answered, raised } from "./fold-interrupt.ts";
import { hasPurposes } from "./focus.ts";
import { applyPlan, retriedPlan } from "./fold-plan.ts";
import { applyRoute } from "./fold-route.ts";
import { withChanges } from "./fold-fork.ts";
import { applySteer } from "./fold-steer.ts";
import { applyStep, illegal } from "./fold-step.ts";
import { applyTeam } from "./fold-team.ts";
import { defaultEnvironment } from "./caller.ts";
import { historySteps } from "./history.ts";
import { defaultOrganisation } from "./organisation.ts";
import { unionLabels, type Label } from "./label.ts";
import type { RunInput } from "./input.ts";
import { isTerminal, runTransitions, type Run, type RunStatus } from "./run.ts";
import { withForgivenCalls, withLostCalls } from "./suspect.ts";
import { runTraceId } from "./trace.ts";
import { withCompaction } from "./transcript.ts";
import { addUsage, noUsage } from "./usage.ts";
import { withoutStatus } from "./without-status.ts";

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

function created(event: Event & EventOf<"run.created">): Run {
  return {
    runId: event.runId,
    agentId: event.agentId,
    agentName: event.agentName,
    agentVersion: event.agentVersion,
    draft: event.draft ?? null,
    input: event.input,
    batchId: event.batchId ?? null,
    row: event.row ?? null,
    organisation: event.organisation ?? defaultOrganisation,
    environment: event.environment ?? defaultEnvironment,
    user: event.user ?? null,
    startedBy: event.startedBy ?? null,
    economyUntil: event.economyUntil ?? null,
    traceId: event.traceId ?? runTraceId(event.runId),
    threadId: event.threadId ?? null,
    history: event.history ?? null,
    request: event.request ?? null,
    inputLabels: labelsOf(event),
    labels: unionLabels(labelsOf(event), attachmentLabels(event.input)),
    createdAt: event.at,
    startedAt: null,
    seq: event.seq,
    segment: 0,
    epoch: 0,
    worker: null,
    steps: [],
    compactions: [],
    classified: null,
    stepCount: 0,
    usage: noUsage,
    costMicros: 0,
    costIncomplete: false,
    interrupts: [],
    replaced: [],
    plan: null,
    planReview: null,
    parent: event.parent ?? null,
    children: [],
    active: {
      agentId: event.agentId,
      agentName: event.agentName,
      agentVersion: event.agentVersion,
    },
    fork: null,
    changes: null,
    feedback: [],
    discarded: null,
    idleSince: null,
    idleMs: 0,
    status: "pending",
  };
}

/** Nobody vouches for what comes in files. */
function attachmentLabels({ attachments = [] }: RunInput): Label[] {
  return attachments.length > 0 ? ["document", "private"] : [];
}

/** Nor for what comes from the caller's own tools. */
function labelsOf({ input, labels = [] }: EventOf<"run.created">): Label[] {
  const ofResults = input.results?.length ? ["tool"] : [];
  return unionLabels([], [...labels, ...ofResults]);
}

function apply(run: Run, event: Event): Run {
  switch (event.type) {
    case "run.created":
      throw illegal(`a ${run.status} run`, event);
    case "run.released":
      requireStatus(run, event, "pending");
      return { ...run, history: event.history ?? null };
    case "segment.started":
      return {
        ...base(withLostCalls(run, event), "running", event),
        segment: event.segment,
        epoch: event.epoch,
        worker: event.worker,
        startedAt: run.startedAt ?? event.at,
        idleSince: null,
        idleMs: run.idleMs + (run.idleSince ? Date.parse(event.at) - Date.parse(run.idleSince) : 0),
        status: "running",
      };
    case "run.labelled":
      requireStatus(run, event, "running");
      return { ...run, labels: unionLabels(run.labels, event.labels) };
    case "run.waiting":
      return {
        ...base(run, "waiting", event),
        idleSince: event.at,
        status: "waiting",
        waitingFor: event.for,
      };
    case "run.retried":
      return retried(run, event);
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      return ended(run, event);
    default:
      return applyPart(run, event);
  }
}

type LifeEvent =
  | "run.created"
  | "run.released"
  | "run.labelled"
  | "segment.started"
  | "run.waiting"
  | "run.retried"
  | "run.completed"
  | "run.failed"
  | "run.cancelled";

/** What happens in the course of a run. */
function applyPart(run: Run, event: Event & EventOf<Exclude<EventType, LifeEvent>>): Run {
  switch (event.type) {
    case "run.resumed":
    case "message.added":
    case "step.written":
    case "call.performed":
    case "run.forked":
    case "run.discarded":
    case "feedback.given":
      return applySteer(run, event);
    case "plan.created":
    case "plan.edited":
    case "plan.edit_refused":
    case "plan_step.started":
    case "plan_step.done":
    case "plan_step.failed":
    case "plan_step.skipped":
    case "lesson.learnt":
      if (isTerminal(run.status)) throw illegal(`a ${run.status} run`, event);
      return applyPlan(run, event);
    case "child.started":
    case "child.ended":
    case "agent.handed_off":
      requireStatus(run, event, "running");
      return applyTeam(run, event);
    case "interrupt.raised":
      requireStatus(run, event, "running");
      return raised(run, event);
    case "interrupt.answered":
      return answered(run, event);
    case "context.summarised":
      return summarised(run, event);
    case "context.compacted":
      return compacted(run, event);
    case "call.abandoned":
    case "model.asked":
    case "image.asked":
    case "image.made":
    case "image.failed":
    case "task.classified":
    case "answer.judged":
    case "answer.escalated":
      requireStatus(run, event, "running");
      return applyRoute(run, event);
    default:
      requireStatus(run, event, "running");
      return applyStep(run, event);
  }
}

function retried(run: Run, event: Event & EventOf<"run.retried">): Run {
  const forgiven = withForgivenCalls(base(run, "pending", event));
  const plan = run.plan && retriedPlan(run.plan);
  const next: Run = { ...forgiven, status: "pending", plan, discarded: null };
  return event.changes ? withChanges(next, event.changes, event.at) : next;
}

function ended(
  run: Run,
  event: Event & EventOf<"run.completed" | "run.failed" | "run.cancelled">,
): Run {
  switch (event.type) {
    case "run.completed":
      return {
        ...base(run, "completed", event),
        idleSince: event.at,
        status: "completed",
        output: event.output,
        ...(event.calls && { calls: event.calls }),
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
  }
}

function compacted(run: Run, event: Event & EventOf<"context.compacted">): Run {
  requireStatus(run, event, "running");
  const { type: _type, runId: _runId, seq: _seq, at, ...compaction } = event;
  const first = -historySteps(run.history);
  // Of calls for different purposes, each has a conversation of its own.
  const before = hasPurposes(run) ? first : (run.compactions.at(-1)?.through ?? first);
  if (compaction.through < before || compaction.through > run.stepCount) {
    throw illegal(`a run with ${run.stepCount} steps, ${before} of them compacted`, event);
  }
  return withCompaction(run, compaction, at);
}

function summarised(run: Run, event: Event & EventOf<"context.summarised">): Run {
  requireStatus(run, event, "running");
  const { usage, costMicros } = event;
  return {
    ...run,
    usage: addUsage(run.usage, usage),
    costMicros: run.costMicros + (costMicros ?? 0),
    costIncomplete: run.costIncomplete || costMicros === null,
  };
}

/** The run without the fields of its old status. */
function base(run: Run, next: RunStatus, event: Event) {
  if (!runTransitions[run.status].includes(next)) throw illegal(`a ${run.status} run`, event);
  return withoutStatus(run);
}

function requireStatus(run: Run, event: Event, status: RunStatus): void {
  if (run.status !== status) throw illegal(`a ${run.status} run`, event);
}
