import {
  backoffMs,
  FlotillaError,
  type EventData,
  type Run,
  type TargetRequest,
  type TokenPrices,
  type Usage,
  type Waited,
} from "@flotilla/core";
import { wasRefused } from "./fit-context.ts";
import type { CallModel } from "./action.ts";
import { stopReason, type Segment } from "./segment.ts";

/** The longest wait that keeps the segment; longer ones park the run durably. */
const longestWaitMs = 60_000;
const longestBackoffMs = 30_000;

export type ModelStepEnd =
  /** The step is completed (staged) or will be tried again at once. */
  | "go_on"
  /** The run is parked until a time. */
  | "parked"
  | "stopped";

/**
 * Failures of the target that failed most: only they use up the tries of a call, so that a route does
 * not end early for having many targets.
 */
function mostFailures(failed: TargetRequest["failed"]): number {
  const counts = new Map<string, number>();
  for (const { model } of failed) counts.set(model, (counts.get(model) ?? 0) + 1);
  return Math.max(...counts.values());
}

export interface FailedAttempt {
  error: FlotillaError;
  /** What the provider bills for it, where something is known. */
  usage?: Usage | undefined;
  usageEstimated?: true | undefined;
  costMicros?: number | null | undefined;
  prices?: TokenPrices | undefined;
  waited?: Waited;
}

/**
 * Journals a failed attempt and decides what follows: another target of the route at once, another
 * attempt after a back-off, a durable wait, or the end of the run.
 */
export async function failStep(
  segment: Segment,
  { step, attempt }: CallModel,
  asked: TargetRequest,
  { error, ...used }: FailedAttempt,
): Promise<ModelStepEnd> {
  const { journal, spec, parts } = segment;
  if (error.code === "limit_budget" && error.transient) {
    await journal.commit(...parkForBudget({ step, attempt }, error));
    return "parked";
  }
  const base = { type: "step.failed", step, attempt, error: error.toRecord(), ...used } as const;
  const model = journal.run.steps.findLast((one) => one.kind === "model")?.model ?? spec.model;
  const failed = [...asked.failed, { model, code: error.code }];
  const failures = mostFailures(failed);
  const after = parts.router.afterFailure({ ...asked, failed });
  if (after === "another") {
    await journal.commit({ ...base, retryInMs: 0 });
    return "go_on";
  }
  if (isFirstRefusal(journal.run, error, model)) {
    // The next attempt makes the context shorter than any count says it has to be.
    await journal.commit({ ...base, retryInMs: 0 });
    return "go_on";
  }
  const mayHelp = error.transient || after === "later";
  if (!mayHelp || failures >= spec.retry.maxAttempts) {
    await journal.commit(
      { ...base, retryInMs: null },
      { type: "run.failed", error: error.toRecord() },
    );
    return "go_on";
  }
  const own = backoffMs(failures, spec.retry.baseMs, longestBackoffMs, parts.random);
  const retryInMs = Math.max(own, error.retryAfterMs ?? 0);
  if (retryInMs > longestWaitMs) {
    const until = new Date(parts.clock.now() + retryInMs).toISOString();
    const why = error.toRecord();
    const parked: EventData = { type: "run.waiting", for: { kind: "timer", until, why } };
    await journal.commit({ ...base, retryInMs }, parked);
    return "parked";
  }
  await journal.commit({ ...base, retryInMs });
  try {
    await parts.clock.sleep(retryInMs, segment.pause.signal);
  } catch {
    return "stopped";
  }
  return "go_on";
}

/**
 * Stages the end of an attempt that was stopped from outside, with what is to be paid for it: nothing,
 * where its call was not made. It is no failure, and the next segment knows that nobody makes it any more.
 */
export function abandonStep(
  segment: Segment,
  { step, attempt }: CallModel,
  cost: Omit<FailedAttempt, "error" | "waited"> = {},
): "stopped" {
  const stopped = segment.journal.pauseRequested ? "The run was paused" : "The worker stopped";
  const why =
    stopReason(segment) === "cancel" ? "The run was cancelled." : `${stopped}; it is made again.`;
  const error = new FlotillaError("cancelled", why).toRecord();
  segment.journal.stage({ type: "step.failed", step, attempt, error, ...cost, retryInMs: 0 });
  return "stopped";
}

/** Whether it is the provider that found the request too long, and not for the second time. */
function isFirstRefusal(run: Run, { code, details }: FlotillaError, model: string): boolean {
  const isProviders = details?.["status"] !== undefined;
  return code === "context_overflow" && isProviders && !wasRefused(run, model);
}

/** The call was not made: its run waits for the budget, holding nothing. */
function parkForBudget(
  place: { step: number; attempt: number },
  error: FlotillaError,
): EventData[] {
  const { budgetId, until, needMicros } = error.details as {
    budgetId: string;
    until: string | null;
    needMicros: number;
  };
  const why = error.toRecord();
  return [
    { type: "step.failed", ...place, error: why, retryInMs: 0 },
    { type: "run.waiting", for: { kind: "budget", budgetId, until, needMicros, why } },
  ];
}
