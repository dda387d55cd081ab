import { z } from "zod";

/** By what use can be told apart. */
export const usageDimensionSchema = z.enum(["user", "agent", "day"]);
export type UsageDimension = z.infer<typeof usageDimensionSchema>;

const count = z.int().nonnegative();

/** How much one user or agent, or all of a day, has used the platform. */
export const usageItemSchema = z.object({
  /** A name or date; null: runs without a user. */
  key: z.string().nullable(),
  /** Runs that were started. Those that retention has deleted are not counted; their costs are. */
  runs: count,
  completedRuns: count,
  failedRuns: count,
  /** Days (UTC) with a run or a model call. */
  activeDays: count,
  lastRunAt: z.iso.datetime().nullable(),
  /** Model calls; those that the response cache answered are not among them. */
  calls: count,
  inputTokens: count,
  outputTokens: count,
  costMicros: count,
  /** True when a call had no known price: costMicros is then a lower bound. */
  costIncomplete: z.boolean(),
});
export type UsageItem = z.infer<typeof usageItemSchema>;

/** Which runs and calls are meant; what is left out is not asked about. Days are those of UTC. */
export interface UsageFilter {
  from?: string | undefined;
  to?: string | undefined;
  user?: string | undefined;
  agent?: string | undefined;
  organisation?: string | undefined;
}
