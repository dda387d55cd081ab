import { z } from "zod";

/** By what costs can be told apart. */
export const costDimensionSchema = z.enum([
  "agent",
  "model",
  "user",
  "organisation",
  "batch",
  "day",
]);
export type CostDimension = z.infer<typeof costDimensionSchema>;

const count = z.int().nonnegative();

/** What a set of model calls used and cost. */
export const costFiguresSchema = z.object({
  /** Attempts that a provider was asked for. */
  calls: count,
  /** Those that came to nothing and cost all the same. */
  failedCalls: count,
  /** Those whose usage the provider did not tell. */
  estimatedCalls: count,
  /** Those whose price is unknown: they are not in costMicros. */
  unpricedCalls: count,
  /** Those that went through the provider's batch endpoint. */
  providerBatchCalls: count,
  /** Those that made images. */
  imageCalls: count,
  /** Answers from the response cache, and those of an identical call under way: nobody was asked. */
  cachedAnswers: count,
  sharedAnswers: count,
  /** Tokens that providers counted; those of cached and shared answers are not among them. */
  inputTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  costMicros: count,
  /** The part of costMicros that is estimated. */
  estimatedMicros: count,
  /** What the response cache, shared answers and the providers' prompt caches spared. */
  savedMicros: count,
  /** True when a call had no known price: costMicros is then a lower bound. */
  costIncomplete: z.boolean(),
});
export type CostFigures = z.infer<typeof costFiguresSchema>;

/** The costs of one agent, model, user, organisation, batch or day. */
export const costItemSchema = costFiguresSchema.extend({
  /** Its name, id or date; null: calls without a user or batch. */
  key: z.string().nullable(),
});
export type CostItem = z.infer<typeof costItemSchema>;

/** Which calls are meant; what is left out is not asked about. Days are those of UTC. */
export interface CostFilter {
  /** First and last day. */
  from?: string | undefined;
  to?: string | undefined;
  agent?: string | undefined;
  model?: string | undefined;
  user?: string | undefined;
  organisation?: string | undefined;
  batchId?: string | undefined;
}

export interface Costs {
  /** The dearest first; days in order. */
  items: CostItem[];
  totals: CostFigures;
}
