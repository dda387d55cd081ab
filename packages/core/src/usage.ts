import { z } from "zod";

const count = z.number().int().nonnegative();

/** Tokens of one or more model calls, as the provider counted them. */
export const usageSchema = z.object({
  /** All input tokens, the cached ones included. */
  inputTokens: count,
  /** The part of inputTokens that was read from the provider's prompt cache. */
  cachedInputTokens: count,
  /** The part of inputTokens that was written to the provider's prompt cache. */
  cacheWriteTokens: count,
  /** All output tokens, the reasoning ones included. */
  outputTokens: count,
  /** The part of outputTokens that was reasoning. */
  reasoningTokens: count,
});

export type Usage = z.infer<typeof usageSchema>;

export const noUsage: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

/** Prices of one model in micro-USD per million tokens (so 2.50 USD per million is 2_500_000). */
export const priceSchema = z.object({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  /** Default: the input price. */
  cachedInput: z.number().nonnegative().optional(),
  /** Default: the input price. */
  cacheWrite: z.number().nonnegative().optional(),
});

export type Price = z.infer<typeof priceSchema>;

/**
 * Cost of a usage in whole micro-USD, rounded up once at the end. Reasoning tokens
 * are part of the output tokens and cost the same.
 *
 * @returns null when the price is unknown; an unknown price is never counted as 0
 */
export function costMicros(usage: Usage, price: Price | null): number | null {
  if (!price) return null;
  const plainInput = usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens;
  const millionths =
    Math.max(0, plainInput) * price.input +
    usage.cachedInputTokens * (price.cachedInput ?? price.input) +
    usage.cacheWriteTokens * (price.cacheWrite ?? price.input) +
    usage.outputTokens * price.output;
  return Math.ceil(millionths / 1_000_000);
}
