import { z } from "zod";
import { capacityDimensions } from "./capacity-store.ts";

/** A bucket of provider capacity as it stands, for people. */
export const bucketStateSchema = z.object({
  /** `provider/model`. */
  bucket: z.string(),
  limits: z.array(
    z.object({
      of: z.enum(capacityDimensions),
      /** Spend in micro-USD. */
      perMinute: z.number(),
      /** `learned`: the provider says so. `observed`: it refused more than that. */
      source: z.enum(["configured", "learned", "observed"]),
      /** Granted in the last minute. */
      used: z.number().nonnegative(),
    }),
  ),
  /** Calls that may be under way at once; null: any number. */
  concurrency: z.object({ limit: z.int(), source: z.enum(["configured", "learned"]) }).nullable(),
  underWay: z.int().nonnegative(),
  /** Calls that wait, of all workers, by who waits. */
  waiting: z.array(
    z.object({
      organisation: z.string(),
      interactive: z.boolean(),
      calls: z.int().nonnegative(),
    }),
  ),
  pausedUntil: z.iso.datetime().nullable(),
  pausedWhy: z.string().nullable(),
  /** Calls let through, and refused by the provider, since ever. */
  granted: z.int().nonnegative(),
  refused: z.int().nonnegative(),
});
export type BucketState = z.infer<typeof bucketStateSchema>;
