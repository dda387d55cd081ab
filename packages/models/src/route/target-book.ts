import {
  HealthBook,
  newTarget,
  type BreakerSettings,
  type Clock,
  type Log,
  type TargetHealth,
  type TargetOutcome,
  type TargetStore,
} from "@flotilla/core";
import { afterCalls, bothTargetTallies, speaksOfTarget, type TargetTally } from "./breaker.ts";

/** More is not measured: an answer that came at once. */
const mostTokensPerSecond = 10_000;

const emptyTally: TargetTally = {
  answered: 0,
  failed: 0,
  failuresInARow: 0,
  lastFailure: null,
  failovers: 0,
  pauseMs: null,
  firstTokenMs: null,
  tokensPerSecond: null,
};

/** The health of the targets by model; see `HealthBook`. */
export class TargetBook extends HealthBook<TargetHealth, TargetTally> {
  constructor(parts: { targets: TargetStore; clock: Clock; log: Log; breaker: BreakerSettings }) {
    const { targets, clock, log, breaker } = parts;
    super({
      what: "the targets",
      keyOf: ({ model }) => model,
      newOne: newTarget,
      after: afterCalls,
      both: bothTargetTallies,
      store: {
        list: async () => allOf(await targets.list()),
        note: async (models, change) => allOf(await targets.note(models, change)),
        onChange: (callback) => targets.onChange(callback),
      },
      clock,
      log,
      settings: breaker,
    });
  }

  noteOutcome(model: string, outcome: TargetOutcome): void {
    this.note(model, tallyOf(outcome), outcome.kind === "failed");
  }

  /** A failure of the model is made good by another target. */
  noteFailover(model: string): void {
    this.note(model, { ...emptyTally, failovers: 1 }, false);
  }
}

function allOf({ now, targets }: { now: number; targets: TargetHealth[] }) {
  return { now, all: targets };
}

function tallyOf(outcome: TargetOutcome): TargetTally {
  if (outcome.kind === "answered") {
    const { firstTokenMs, ms, outputTokens } = outcome;
    const seconds = Math.max(1, ms - (firstTokenMs ?? 0)) / 1_000;
    const tokensPerSecond = Math.min(outputTokens / seconds, mostTokensPerSecond);
    return {
      ...emptyTally,
      answered: 1,
      firstTokenMs: firstTokenMs ?? ms,
      tokensPerSecond: outputTokens > 0 ? tokensPerSecond : null,
    };
  }
  const { code, retryAfterMs } = outcome;
  if (code === "model_rate_limited") return { ...emptyTally, pauseMs: retryAfterMs ?? null };
  if (!speaksOfTarget(code)) return emptyTally;
  return { ...emptyTally, failed: 1, failuresInARow: 1, lastFailure: code };
}
