import { z } from "zod";
import { errorCodes } from "./error.ts";

/**
 * How a target has done, for all workers together; times are the database's.
 *
 * Its breaker is `closed` while calls are let through, `open` until `openUntil`, and `half_open` after
 * it: one call at a time is let through as a probe, and what becomes of it closes or opens it.
 */
export const targetHealthSchema = z.object({
  /** `provider/model`. */
  model: z.string(),
  failuresInARow: z.int().nonnegative(),
  /** How often it has opened since it was last closed. */
  opened: z.int().nonnegative(),
  /** null: closed. */
  openUntil: z.iso.datetime().nullable(),
  /** While a probe is under way; after this time it counts for nothing. */
  probeUntil: z.iso.datetime().nullable(),
  /** The provider asked for a pause until then. */
  pausedUntil: z.iso.datetime().nullable(),
  lastError: z.object({ code: z.enum(errorCodes), at: z.iso.datetime() }).nullable(),
  answered: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** Failures after which another target was asked. */
  failovers: z.int().nonnegative(),
  /** Calls and failures of about the last half minute: they fade. */
  recentCalls: z.number().nonnegative(),
  recentFailures: z.number().nonnegative(),
  /** When they were last counted. */
  notedAt: z.iso.datetime(),
  /** Of the last answers, faded; null before the first. */
  firstTokenMs: z.number().nonnegative().nullable(),
  tokensPerSecond: z.number().nonnegative().nullable(),
});
export type TargetHealth = z.infer<typeof targetHealthSchema>;

export const breakerStateSchema = z.enum(["closed", "open", "half_open"]);
export type BreakerState = z.infer<typeof breakerStateSchema>;

/** @param now Unix milliseconds, by the database's clock */
export function breakerState({ openUntil }: TargetHealth, now: number): BreakerState {
  if (openUntil === null) return "closed";
  return Date.parse(openUntil) > now ? "open" : "half_open";
}

/** A target that nobody has asked yet. */
export function newTarget(model: string, now: number): TargetHealth {
  return {
    model,
    failuresInARow: 0,
    opened: 0,
    openUntil: null,
    probeUntil: null,
    pausedUntil: null,
    lastError: null,
    answered: 0,
    failed: 0,
    failovers: 0,
    recentCalls: 0,
    recentFailures: 0,
    notedAt: new Date(now).toISOString(),
    firstTokenMs: null,
    tokensPerSecond: null,
  };
}

/** What the routes of all workers know of the targets, kept in one place. */
export interface TargetStore {
  /** Also the database's time, in Unix milliseconds. */
  list(): Promise<{ now: number; targets: TargetHealth[] }>;
  /**
   * Changes targets under their lock and tells all workers when a breaker or a pause changed. A
   * target that nobody has asked yet is made first.
   */
  note(
    models: string[],
    change: (health: TargetHealth, now: number) => TargetHealth,
  ): Promise<{ now: number; targets: TargetHealth[] }>;
  /** Called when a breaker or a pause changed somewhere. Returns the function that ends it. */
  onChange(callback: () => void): () => void;
}
