import {
  afterTally,
  bothTallies,
  closed,
  type BreakerSettings,
  type CallTally,
  type ErrorCode,
  type TargetHealth,
} from "@flotilla/core";

/** What one worker saw of a target since it last told. */
export interface TargetTally extends CallTally {
  failovers: number;
  /** Until when the provider asked to wait, in milliseconds from now. */
  pauseMs: number | null;
  /** Of the answers, averaged. */
  firstTokenMs: number | null;
  tokensPerSecond: number | null;
}

/** How much one answer's speed counts against those before it. */
const speedShare = 0.2;

const countedCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "model_unavailable",
  "model_overloaded",
  "model_timeout",
  "model_stream_broken",
  "model_quota_exhausted",
  "credentials_missing",
  "unknown_model",
]);

/** Whether a failure speaks of the target, not of the call or of the capacity it has left. */
export function speaksOfTarget(code: ErrorCode): boolean {
  return countedCodes.has(code);
}

/** The health after what a worker saw; see `afterTally`. */
export function afterCalls(
  health: TargetHealth,
  tally: TargetTally,
  now: number,
  settings: BreakerSettings,
): TargetHealth {
  const speed = Math.min(1 - (1 - speedShare) ** tally.answered, 0.9);
  return {
    ...afterTally(health, tally, now, settings),
    failovers: health.failovers + tally.failovers,
    pausedUntil: laterOf(health.pausedUntil, tally.pauseMs, now),
    firstTokenMs: blend(health.firstTokenMs, tally.firstTokenMs, speed),
    tokensPerSecond: blend(health.tokensPerSecond, tally.tokensPerSecond, speed),
  };
}

/** What was seen of a target first, and what then, as one. */
export function bothTargetTallies(first: TargetTally, then: TargetTally): TargetTally {
  const both = bothTallies(first, then);
  const mean = (a: number | null, b: number | null) => {
    if (a === null || b === null) return a ?? b;
    return (a * first.answered + b * then.answered) / both.answered;
  };
  return {
    ...both,
    failovers: first.failovers + then.failovers,
    pauseMs: then.pauseMs ?? first.pauseMs,
    firstTokenMs: mean(first.firstTokenMs, then.firstTokenMs),
    tokensPerSecond: mean(first.tokensPerSecond, then.tokensPerSecond),
  };
}

/** The health as a person wants it to be: the next call is made, whatever was before. */
export function resetBreaker(health: TargetHealth): TargetHealth {
  return { ...closed(health), pausedUntil: null };
}

function laterOf(before: string | null, pauseMs: number | null, now: number): string | null {
  const until = Math.max(before ? Date.parse(before) : 0, pauseMs === null ? 0 : now + pauseMs);
  return until > now ? new Date(until).toISOString() : null;
}

function blend(before: number | null, now: number | null, share: number): number | null {
  if (now === null) return before;
  return before === null ? now : before * (1 - share) + now * share;
}
