import { bucketStateSchema, healthStateSchema } from "@flotilla/core";
import { z } from "zod";
import { statusSchema } from "./status.ts";

/** The figures of the platform: its status, its buckets of provider capacity, and what goes on. */
export const fleetSchema = statusSchema.extend({
  buckets: z.array(bucketStateSchema),
  /** Over the last half minute. */
  rates: z.object({
    runsPerMinute: z.number(),
    /** Read and written by models. */
    tokensPerSecond: z.number(),
  }),
  /** What waits for people. */
  inbox: z.int().nonnegative(),
  /** When a budget, or a server of tools, last had something to tell those whom it concerns; null: never. */
  newsAt: z.iso.datetime().nullable(),
  /** Since the day began (UTC); for those who may read costs. */
  today: z.object({ costMicros: z.number(), costIncomplete: z.boolean(), tokens: z.number() }),
  /** How the components are; for those who look after the platform. */
  health: z.array(
    z.object({
      component: z.string(),
      state: healthStateSchema,
      reason: z.string().nullable(),
      /** What was measured; units are in the names. */
      figures: z.record(z.string(), z.number()),
    }),
  ),
});
export type Fleet = z.infer<typeof fleetSchema>;

/** Those figures that are others than before; the first one has all that its reader may know. */
export const fleetChangeSchema = fleetSchema.partial();
export type FleetChange = z.infer<typeof fleetChangeSchema>;
