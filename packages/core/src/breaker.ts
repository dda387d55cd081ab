import { z } from "zod";
import { errorCodes, type ErrorCode } from "./error.ts";

/**
 * A circuit breaker: `closed` while calls are let through, `open` until `openUntil`, and `half_open` after it:
 * one call at a time is let through as a probe, and what becomes of it closes or opens it. Times are the
 * database's, so that all workers together have one.
 */
export const breakerHealthSchema = z.object({
  failuresInARow: z.int().nonnegative(),
  /** How often it has opened since it was last closed. */
  opened: z.int().nonnegative(),
  /** null: closed. */
  openUntil: z.iso.datetime().nullable(),
  /** While a probe is under way; after this time it counts for nothing. */
  probeUntil: z.iso.datetime().nullable(),
  lastError: z.object({ code: z.enum(errorCodes), at: z.iso.datetime() }).nullable(),
  answered: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** Calls and failures of about the last half minute: they fade. */
  recentCalls: z.number().nonnegative(),
  recentFailures: z.number().nonnegative(),
  /** When they were last counted. */
  notedAt: z.iso.datetime(),
});
export type BreakerHealth = z.infer<typeof breakerHealthSchema>;

export const breakerStateSchema = z.enum(["closed", "open", "half_open"]);
export type BreakerState = z.infer<typeof breakerStateSchema>;

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

/** What one worker saw since it last told. */
export interface CallTally {
  answered: number;
  failed: number;
  /** Failures since the last answer. */
  failuresInARow: number;
  lastFailure: ErrorCode | null;
}

/** Recent calls count half after so long. */
const halfLifeMs = 15_000;

/** What nobody has asked yet. */
export function newBreaker(now: number): BreakerHealth {
  return {
    failuresInARow: 0,
    opened: 0,
    openUntil: null,
    probeUntil: null,
    lastError: null,
    answered: 0,
    failed: 0,
    recentCalls: 0,
    recentFailures: 0,
    notedAt: new Date(now).toISOString(),
  };
}

/** @param now Unix milliseconds, by the database's clock */
export function breakerState(
  { openUntil }: Pick<BreakerHealth, "openUntil">,
  now: number,
): BreakerState {
  if (openUntil === null) return "closed";
  return Date.parse(openUntil) > now ? "open" : "half_open";
}

/**
 * The health after what a worker saw. Stragglers of an open breaker change nothing about it; of a
 * half-open one the first to be told decides.
 */
export function afterTally<H extends BreakerHealth>(
  health: H,
  tally: CallTally,
  now: number,
  settings: BreakerSettings,
): H {
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
export function closed<H extends BreakerHealth>(health: H): H {
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

/** Whether one more call may be made to find out if all is well again. */
export function mayProbe(
  health: Pick<BreakerHealth, "openUntil" | "probeUntil">,
  now: number,
): boolean {
  const { probeUntil } = health;
  return (
    breakerState(health, now) === "half_open" && (!probeUntil || Date.parse(probeUntil) <= now)
  );
}

/** What was seen first, and what then, as one. */
export function bothTallies(first: CallTally, then: CallTally): CallTally {
  return {
    answered: first.answered + then.answered,
    failed: first.failed + then.failed,
    failuresInARow: then.failuresInARow + (then.answered > 0 ? 0 : first.failuresInARow),
    lastFailure: then.lastFailure ?? first.lastFailure,
  };
}

/** Whether others choose differently because of it. */
export function isBreakerNews(
  before: Pick<BreakerHealth, "openUntil" | "probeUntil"> | undefined,
  after: Pick<BreakerHealth, "openUntil" | "probeUntil">,
): boolean {
  return before?.openUntil !== after.openUntil || before.probeUntil !== after.probeUntil;
}

function open<H extends BreakerHealth>(health: H, now: number, settings: BreakerSettings): H {
  const forMs = Math.min(settings.openMs * 2 ** health.opened, settings.longestOpenMs);
  return {
    ...health,
    opened: Math.min(health.opened + 1, 30),
    openUntil: new Date(now + forMs).toISOString(),
    probeUntil: null,
  };
}

function mustOpen(health: BreakerHealth, settings: BreakerSettings): boolean {
  const { failuresInARow, recentCalls, recentFailures } = health;
  if (failuresInARow >= settings.failures) return true;
  return recentCalls >= settings.calls && recentFailures > recentCalls * settings.failureRate;
}

function count<H extends BreakerHealth>(health: H, tally: CallTally, now: number): H {
  const { answered, failed } = tally;
  const age = Math.max(0, now - Date.parse(health.notedAt));
  const left = 0.5 ** (age / halfLifeMs);
  const at = new Date(now).toISOString();
  return {
    ...health,
    failuresInARow: tally.failuresInARow + (answered > 0 ? 0 : health.failuresInARow),
    answered: health.answered + answered,
    failed: health.failed + failed,
    recentCalls: health.recentCalls * left + answered + failed,
    recentFailures: health.recentFailures * left + failed,
    notedAt: at,
    lastError: tally.lastFailure ? { code: tally.lastFailure, at } : health.lastError,
  };
}
