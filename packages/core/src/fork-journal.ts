import type { StartedBy } from "./caller.ts";
import { FlotillaError } from "./error.ts";
import type { Event, EventOf } from "./event.ts";
import { fold } from "./fold.ts";
import { lastCopied, notCopied, type ForkPlace } from "./fork-place.ts";
import { isRecord, recordedCalls } from "./fork-record.ts";
import type { RecordedCall } from "./recorded-call.ts";
import { toolCalls } from "./message.ts";
import type { Run } from "./run.ts";
import type { ForkEffects } from "./fork-effects.ts";
import type { RunChanges } from "./run-changes.ts";

/** A fork to be made of a run. */
export interface ForkOrder {
  runId: string;
  at: ForkPlace;
  changes: RunChanges;
  effects: ForkEffects;
  /** Who asks for it, for people. */
  by: string;
  /** In whose name its tools are called. */
  startedBy?: StartedBy;
  user?: string;
  traceId?: string;
  batchId?: string;
  row?: number;
  interactive: boolean;
}

/** How the journal of a fork begins. */
export interface ForkedJournal {
  /** Events of the source up to this one are copied; `run.forked` is the next. */
  through: number;
  created: EventOf<"run.created">;
  forked: EventOf<"run.forked">;
  /** The fork as it begins. */
  run: Run;
}

/**
 * Makes the beginning of a fork out of its source's journal. What was recorded up to the place is
 * reused; calls with effects that the source made after it go into the record. It stands alone: it is
 * not of its source's batch or thread, though it goes on from the same conversation.
 *
 * Throws `invalid_request` for a place or a change that the run has nothing for, and `plan_invalid`.
 *
 * @param isRead whether calls of a tool have no effects: they are made again instead of recorded
 */
export function forkJournal(
  events: readonly Event[],
  order: ForkOrder,
  isRead: (tool: string) => boolean,
): ForkedJournal {
  const through = lastCopied(events, order.at);
  const copied = events.filter(({ seq, type }) => seq <= through && !notCopied.has(type));
  const [first, ...rest] = copied;
  if (first?.type !== "run.created") throw new FlotillaError("not_found", "The run has no events.");
  const source = first.runId;
  const { runId, effects, by } = order;
  const whole = fold(events);
  if (effects === "allow" && whole.parent?.approvals?.length) throw approvedAbove(source);
  const changes = { ...lastingChanges(whole), ...order.changes };
  const from = { runId: source, seq: through };
  const created = createdBy(first, order, from);
  const prefix: Event[] = [{ ...created, runId, seq: first.seq, at: first.at }, ...rest];
  const record = effects === "record" ? recordAfter(whole, fold(prefix), isRead) : [];
  const forked: EventOf<"run.forked"> = {
    type: "run.forked",
    ...{ from, changes, effects, by },
    ...(record.length > 0 && { record }),
  };
  const at = copied.at(-1)?.at ?? first.at;
  const run = fold([{ ...forked, runId, seq: through + 1, at }], fold(prefix));
  checkChanges(run, changes);
  return { through, created, forked, run };
}

/** Alone it would make calls that somebody approves in the run above it. */
function approvedAbove(source: string): FlotillaError {
  return new FlotillaError(
    "conflict",
    `Run ${source} does a part of another one, in which calls are approved: its effects cannot be allowed.`,
    { remedy: "Fork the run at the top of the tree, or leave effects to the record." },
  );
}

/** What earlier forks and replays have changed of the agent and the question: it holds wherever the fork begins. */
function lastingChanges({ changes }: Run): RunChanges {
  const { toolResults: _toolResults, plan: _plan, ...lasting } = changes ?? {};
  return lasting;
}

function createdBy(
  event: Event & EventOf<"run.created">,
  order: ForkOrder,
  fork: { runId: string; seq: number },
): EventOf<"run.created"> {
  const { agentId, agentName, agentVersion, input, organisation, environment } = event;
  const { history, request, draft } = event;
  const { startedBy, user, traceId, batchId, row } = order;
  return {
    type: "run.created",
    ...{ agentId, agentName, agentVersion, input },
    ...(organisation !== undefined && { organisation }),
    ...(environment && { environment }),
    ...(history && { history }),
    ...(request && { request }),
    ...(draft && { draft }),
    ...(startedBy && { startedBy }),
    ...(user !== undefined && { user }),
    ...(traceId !== undefined && { traceId }),
    ...(batchId !== undefined && { batchId }),
    ...(row !== undefined && { row }),
    fork,
  };
}

/** What the source did later, as far as it had effects. */
function recordAfter(whole: Run, prefix: Run, isRead: (tool: string) => boolean): RecordedCall[] {
  const reused = new Set(prefix.steps.filter(isRecord).map(({ callId }) => callId));
  const steps = whole.steps.filter((step) => step.kind !== "tool" || !reused.has(step.callId));
  return recordedCalls({ ...whole, steps }).filter(({ tool }) => !isRead(tool));
}

function checkChanges(run: Run, { toolResults = [], plan = [] }: RunChanges): void {
  const known = new Set(
    run.steps.flatMap((step) => {
      if (step.kind === "tool") return [step.callId];
      if (step.kind !== "model" || !step.message) return [];
      return toolCalls(step.message).map(({ callId }) => callId);
    }),
  );
  const unknown = toolResults.find(({ callId }) => !known.has(callId));
  if (unknown) {
    throw new FlotillaError(
      "invalid_request",
      `The run has no call ${unknown.callId} before the place of the fork.`,
      { remedy: `Its calls are ${[...known].join(", ") || "none"}; or fork it at a later place.` },
    );
  }
  if (plan.length > 0 && !run.plan) {
    throw new FlotillaError("invalid_request", "The run has no plan before the place of the fork.");
  }
}
