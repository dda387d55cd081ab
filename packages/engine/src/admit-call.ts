import {
  budgetLeft,
  FlotillaError,
  type Admission,
  type BudgetGrant,
  type CallEstimate,
  type CapacityWait,
  type CredentialScope,
  type ModelRequest,
  type Waited,
} from "@flotilla/core";
import { estimateCall } from "./model-request.ts";
import type { Segment } from "./segment.ts";

/** A call as budgets and capacity see it. */
export interface AskedCall {
  /** `provider/model`. */
  model: string;
  scope?: CredentialScope | undefined;
  /** Asked anew after a wait: more may be known by then. */
  estimate(): CallEstimate;
}

/**
 * Waits until a call of a step may be made: the step's own, or one that it needs before. It has to be
 * within its budgets first, then within the provider's capacity. A wait is visible as a state of the
 * step. Whoever is let through must `settle` the admission, before the call's event is staged.
 *
 * @param place null for a call beside the steps, whose wait is not told
 */
export function admitCall(
  segment: Segment,
  place: { step: number; attempt: number } | null,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<Admission> {
  return admitAsked(segment, place, askedBy(segment, request), signal);
}

/** The same for a call of any kind. */
export async function admitAsked(
  segment: Segment,
  place: { step: number; attempt: number } | null,
  asked: AskedCall,
  signal: AbortSignal,
): Promise<Admission> {
  const { journal } = segment;
  let told = false;
  const onWait = (wait: CapacityWait): void => {
    if (!place) return;
    told = true;
    // Nothing acts on it: should the append be refused, the segment ends where it commits next.
    void journal.commit({ type: "step.waiting", ...place, for: wait }).catch(() => undefined);
  };
  // A worker that drains does not wait for its turn: the run's next segment does.
  const turn = { signal: AbortSignal.any([signal, segment.pause.signal]), onWait };
  const grant = await admitToBudgets(segment, asked, turn);
  const admission = await admitToCapacity(segment, asked, turn, grant);
  if (told && place) journal.stage({ type: "step.admitted", ...place, waited: admission.waited });
  if (told) void journal.commit().catch(() => undefined);
  if (signal.aborted) {
    admission.settle({ usage: null, costMicros: null });
    throw signal.reason instanceof FlotillaError
      ? signal.reason
      : new FlotillaError("cancelled", "The model call was cancelled.");
  }
  return admission;
}

/**
 * Hands a call over that is made at some time of the provider's choice, once its worst cost has room in every budget
 * that covers it. `queue` keeps that with the call; from then on it is held by the call, and it
 * stays in this worker's lease, as what is spent does, until the next lease has counted it.
 * Rejects with `limit_budget` when there is no room.
 */
export async function handOver(
  segment: Segment,
  request: ModelRequest,
  queue: (mostMicros: number | null) => Promise<void>,
): Promise<void> {
  const price = segment.parts.providerBatches.price(request.model);
  const mostMicros = estimateCall(segment, request, price).mostCostMicros;
  const turn = { signal: segment.pause.signal, onWait: () => undefined };
  const grant = await admitToBudgets(segment, askedBy(segment, request), turn, mostMicros);
  try {
    await queue(mostMicros);
  } finally {
    // Also when it failed: nobody knows whether it is queued.
    grant.settle(mostMicros ?? 0);
    grant.kept();
  }
}

interface Turn {
  signal: AbortSignal;
  onWait: (wait: CapacityWait) => void;
}

/**
 * A tree of runs never spends more than its budget: a call of a run in one is made only when its worst cost is left.
 * Runs without a team are ended by their limit once they are over it.
 */
function checkTreeBudget({ journal, spec }: Segment, mostMicros: number | null): void {
  const left = budgetLeft(journal.run, spec.limits);
  if (left === null || mostMicros === null || mostMicros <= left) return;
  if (!journal.run.parent && !spec.team) return;
  const message = `The next call may cost $${usd(mostMicros)}, and the run has $${usd(left)} left of its budget.`;
  throw new FlotillaError("limit_cost", message, {
    remedy:
      "Raise limits.maxCostUsd of the first agent, or lower settings.maxOutputTokens of this one.",
  });
}

function usd(micros: number): string {
  return (micros / 1_000_000).toFixed(6);
}

function askedBy(segment: Segment, request: ModelRequest): AskedCall {
  const { model, scope } = request;
  return { model, scope, estimate: () => estimateCall(segment, request) };
}

async function admitToBudgets(
  segment: Segment,
  asked: AskedCall,
  turn: Turn,
  mostMicros = asked.estimate().mostCostMicros,
): Promise<BudgetGrant> {
  const { journal, parts } = segment;
  const { organisation, user, batchId } = journal.run;
  const { agentName } = journal.run.active;
  checkTreeBudget(segment, mostMicros);
  return parts.budgets.admit({
    organisation,
    user,
    agentName,
    model: asked.model,
    batchId,
    mostMicros,
    ...turn,
  });
}

async function admitToCapacity(
  segment: Segment,
  asked: AskedCall,
  turn: Turn,
  grant: BudgetGrant,
): Promise<Admission> {
  const { journal, parts, priority, interactive } = segment;
  const { organisation, batchId, runId } = journal.run;
  try {
    const admission = await parts.capacity.admit({
      ...parts.models.bucket(asked.model, asked.scope),
      organisation,
      batchId,
      runId,
      priority,
      interactive,
      estimate: asked.estimate(),
      ...turn,
    });
    return withBudgets(segment, admission, grant);
  } catch (error) {
    grant.settle(0);
    grant.kept();
    throw error;
  }
}

function withBudgets(segment: Segment, admission: Admission, grant: BudgetGrant): Admission {
  const { waitedMs } = grant;
  const waited: Waited =
    waitedMs > 0 ? { ...admission.waited, budget: waitedMs } : admission.waited;
  return {
    waited,
    heard: (signal) => admission.heard(signal),
    settle(outcome) {
      admission.settle(outcome);
      grant.settle(outcome.costMicros ?? 0);
      segment.journal.whenSettled(() => grant.kept());
    },
  };
}
