import { breakerState, type ErrorCode, type TargetHealth } from "@flotilla/core";

export interface BreakerSettings {
  /** Failures in a row that open it. */
  failures: number;
  /** Or this part of at least `calls` recent ones. */
  failureRate: number;
  calls: number;
  /** How long it stays open the first time; doubles each time a probe fails. */
  openMs: number;
  longestOpenMs: number;
  /** A probe of which nothing was heard for so long is given up. */
  probeMs: number;
}

export const breakerSettings: BreakerSettings = {
  failures: 5,
  failureRate: 0.5,
  calls: 20,
  openMs: 2_000,
  longestOpenMs: 60_000,
  probeMs: 30_000,
};

/** What one worker saw of a target since it last told. */
export interface TargetTally {
  answered: number;
  failed: number;
  /** Failures since the last answer. */
  failuresInARow: number;
  lastFailure: ErrorCode | null;
  failovers: number;
  /** Until when the provider asked to wait, in milliseconds from now. */
  pauseMs: number | null;
  /** Of the answers, averaged. */
  firstTokenMs: number | null;
  tokensPerSecond: number | null;
}

/** Recent calls count half after so long. */
const halfLifeMs = 15_000;
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

/**
 * The health after what a worker saw. Stragglers of an open breaker change nothing about it; of a
 * half-open one the first to be told decides.
 */
export function afterCalls(
  health: TargetHealth,
  tally: TargetTally,
  now: number,
  settings: BreakerSettings,
): TargetHealth {
  const counted = count(health, tally, now);
  switch (breakerState(health, now)) {
    case "closed":
      return mustOpen(counted, settings) ? open(counted, now, settings) : counted;
    case "open":
      return counted;
    case "half_open":
      if (tally.failuresInARow > 0) return open(counted, now, settings);
      return tally.answered > 0 ? closed(counted) : counted;
  }
}

/** The health with the breaker closed. */
export function closed(health: TargetHealth): TargetHealth {
  return {
    ...health,
    failuresInARow: 0,
    opened: 0,
    openUntil: null,
    probeUntil: null,
    recentCalls: 0,
    recentFailures: 0,
  };
}

/** The health as a person wants it to be: the next call is made, whatever was before. */
export function resetBreaker(health: TargetHealth): TargetHealth {
  return { ...closed(health), pausedUntil: null };
}

/** Whether one more call may be made to find out if the target is well again. */
export function mayProbe(health: TargetHealth, now: number): boolean {
  const { probeUntil } = health;
  return (
    breakerState(health, now) === "half_open" && (!probeUntil || Date.parse(probeUntil) <= now)
  );
}

function open(health: TargetHealth, now: number, settings: BreakerSettings): TargetHealth {
  const forMs = Math.min(settings.openMs * 2 ** health.opened, settings.longestOpenMs);
  return {
    ...health,
    opened: Math.min(health.opened + 1, 30),
    openUntil: new Date(now + forMs).toISOString(),
    probeUntil: null,
  };
}

function mustOpen(health: TargetHealth, settings: BreakerSettings): boolean {
  const { failuresInARow, recentCalls, recentFailures } = health;
  if (failuresInARow >= settings.failures) return true;
  return recentCalls >= settings.calls && recentFailures > recentCalls * settings.failureRate;
}

function count(health: TargetHealth, tally: TargetTally, now: number): TargetHealth {
  const { answered, failed } = tally;
  const age = Math.max(0, now - Date.parse(health.notedAt));
  const left = 0.5 ** (age / halfLifeMs);
  const at = new Date(now).toISOString();
  const speed = Math.min(1 - (1 - speedShare) ** answered, 0.9);
  return {
    ...health,
    failuresInARow: tally.failuresInARow + (answered > 0 ? 0 : health.failuresInARow),
    answered: health.answered + answered,
    failed: health.failed + failed,
    failovers: health.failovers + tally.failovers,
    recentCalls: health.recentCalls * left + answered + failed,
    recentFailures: health.recentFailures * left + failed,
    notedAt: at,
    lastError: tally.lastFailure ? { code: tally.lastFailure, at } : health.lastError,
    pausedUntil: laterOf(health.pausedUntil, tally.pauseMs, now),
    firstTokenMs: blend(health.firstTokenMs, tally.firstTokenMs, speed),
    tokensPerSecond: blend(health.tokensPerSecond, tally.tokensPerSecond, speed),
  };
}

function laterOf(before: string | null, pauseMs: number | null, now: number): string | null {
  const until = Math.max(before ? Date.parse(before) : 0, pauseMs === null ? 0 : now + pauseMs);
  return until > now ? new Date(until).toISOString() : null;
}

function blend(before: number | null, now: number | null, share: number): number | null {
  if (now === null) return before;
  return before === null ? now : before * (1 - share) + now * share;
}
