import { z } from "zod";
import { breakerHealthSchema, newBreaker } from "./breaker.ts";

/** How a target has done, for all workers together; times are the database's. */
export const targetHealthSchema = breakerHealthSchema.extend({
  /** `provider/model`. */
  model: z.string(),
  /** The provider asked for a pause until then. */
  pausedUntil: z.iso.datetime().nullable(),
  /** Failures after which another target was asked. */
  failovers: z.int().nonnegative(),
  /** Of the last answers, faded; null before the first. */
  firstTokenMs: z.number().nonnegative().nullable(),
  tokensPerSecond: z.number().nonnegative().nullable(),
});
export type TargetHealth = z.infer<typeof targetHealthSchema>;

/** A target that nobody has asked yet. */
export function newTarget(model: string, now: number): TargetHealth {
  return {
    model,
    ...newBreaker(now),
    pausedUntil: null,
    failovers: 0,
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
