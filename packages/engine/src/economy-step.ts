import {
  cacheLifetime,
  costOf,
  FlotillaError,
  toFlotillaError,
  type ErrorRecord,
  type ModelRequest,
  type ProviderCallOutcome,
  type Target,
  type TargetRequest,
} from "@flotilla/core";
import { handOver } from "./admit-call.ts";
import { keepAnswer, takeKnown } from "./cached-step.ts";
import { failStep, type ModelStepEnd } from "./fail-step.ts";
import type { CallModel } from "./action.ts";
import { hasOwnKey } from "./own-key.ts";
import { stopReason, type Segment } from "./segment.ts";
import { stepStarted } from "./step-started.ts";
import { isFailure } from "./target-request.ts";

/** Of the time a call can wait, this part is left to ask it the usual way in the end. */
const keptShare = 0.1;
/** Providers promise an answer within a day, and mostly have it within the hour. */
const expectedMs = 60 * 60_000;

/**
 * Whether a step may go through the provider's batch endpoint: the run can wait, one call is all it
 * takes (the agent has no tools), it was not tried before, and the call goes with the platform's own key.
 */
export function isEconomical(segment: Segment, target: Target): boolean {
  const { spec, journal, parts } = segment;
  const { economyUntil, steps } = journal.run;
  if (economyUntil === null || spec.tools.length > 0 || spec.strategy !== "react") return false;
  const [first, ...more] = steps;
  if (hasOwnKey(segment, target.model)) return false;
  const untried = first === undefined || (first.kind === "model" && !hasFailed(first.attempts));
  return untried && more.length === 0 && parts.providerBatches.offers(target.model);
}

/** A wait for a budget is over when the run comes here again; its call was never made. */
function hasFailed(attempts: readonly { error: ErrorRecord | null }[]): boolean {
  return attempts.some(({ error }) => error !== null && isFailure(error));
}

/**
 * Takes a step by the provider's batch endpoint: queues the call and parks the run, or takes in
 * what became of it. A call that was not answered there, or not in time, fails this attempt; the
 * next one asks the usual way.
 */
export async function economyStep(
  segment: Segment,
  action: CallModel,
  target: Target,
  asked: TargetRequest,
  request: ModelRequest,
): Promise<ModelStepEnd> {
  const { journal, parts } = segment;
  const { run } = journal;
  const { step } = action;
  const last = run.steps.at(-1);
  const isOpen = last?.kind === "model" && last.status !== "retrying";
  // Waking up is no new attempt.
  const attempt = isOpen ? action.attempt - 1 : action.attempt;
  const outcome = await parts.store.providerBatches.callOutcome(run.runId, step);
  if (outcome?.kind === "failed") {
    const { code, message, remedy, class: is } = outcome.error;
    const error = new FlotillaError(code, message, { remedy, transient: is === "transient" });
    return failStep(segment, { ...action, attempt }, asked, { error });
  }
  const ttlSeconds = cacheLifetime(segment.spec);
  if (outcome) {
    complete(segment, { step, attempt }, outcome.completed);
    if (ttlSeconds !== null) keepAnswer(segment, { action, request, ttlSeconds });
    return "go_on";
  }
  const opening = stepStarted(action, target);
  const giveUpAt = giveUpTime(segment);
  if (outcome === undefined) {
    const cached = ttlSeconds !== null && { action, request, opening, ttlSeconds };
    if (!isOpen && cached && (await takeKnown(segment, cached))) return "go_on";
    const error = await queue(segment, step, request, giveUpAt);
    if (error && (stopReason(segment) || segment.pause.signal.aborted)) return "stopped";
    if (error) {
      if (!isOpen) journal.stage(opening);
      return failStep(segment, { ...action, attempt }, asked, { error });
    }
  }
  const expectedAt = new Date(
    Math.min(parts.clock.now() + expectedMs, Date.parse(giveUpAt)),
  ).toISOString();
  await journal.commit(
    ...(isOpen ? [] : [opening]),
    {
      type: "step.waiting",
      step,
      attempt,
      for: { cause: "provider_batch", of: target.model, expectedAt },
    },
    { type: "run.waiting", for: { kind: "provider_batch", step, expectedAt } },
  );
  return "parked";
}

/** ISO 8601: from then on it is asked the usual way. */
function giveUpTime({ journal, parts }: Segment): string {
  const now = parts.clock.now();
  const left = Date.parse(journal.run.economyUntil ?? "") - now;
  return new Date(now + left * (1 - keptShare)).toISOString();
}

/** Queues the call, or returns why it must not be: there is no room for it in its budgets. */
async function queue(
  segment: Segment,
  step: number,
  request: ModelRequest,
  giveUpAt: string,
): Promise<FlotillaError | undefined> {
  const { organisation, runId } = segment.journal.run;
  const call = { runId, step, organisation, model: request.model, request, giveUpAt };
  let isAdmitted = false;
  try {
    await handOver(segment, request, (mostMicros) => {
      isAdmitted = true;
      return segment.parts.store.providerBatches.queueCall({ ...call, mostMicros });
    });
    return undefined;
  } catch (thrown) {
    if (isAdmitted) throw thrown;
    return toFlotillaError(thrown);
  }
}

function complete(
  { journal, parts }: Segment,
  place: { step: number; attempt: number },
  completed: Extract<ProviderCallOutcome, { kind: "completed" }>["completed"],
): void {
  const { message, usage, usageEstimated, finish, servedModel } = completed;
  const open = journal.run.steps.findLast((one) => one.kind === "model");
  if (!open) throw new FlotillaError("internal", "A call was answered that no step has made.");
  const ms = Math.max(0, parts.clock.now() - Date.parse(open.startedAt));
  journal.stage({
    type: "step.completed",
    ...place,
    message,
    usage,
    ...(usageEstimated && { usageEstimated }),
    finish,
    ...costOf(usage, parts.providerBatches.price(open.model)),
    priced: "provider_batch",
    waited: { provider_batch: ms },
    firstTokenMs: null,
    ms,
    ...(servedModel !== undefined && { servedModel }),
  });
}
