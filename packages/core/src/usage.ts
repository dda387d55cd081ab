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

/** Prices in micro-USD per million tokens (so 2.50 USD per million is 2_500_000). */
export const tokenPricesSchema = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  /** Default: the input price. */
  cachedInput: z.number().nonnegative().optional(),
  /** Default: the input price. */
  cacheWrite: z.number().nonnegative().optional(),
});

/** What the tokens of one call cost: no tiers, nothing left to decide. */
export type TokenPrices = z.infer<typeof tokenPricesSchema>;

const tierSchema = tokenPricesSchema.extend({ aboveInputTokens: z.int().positive() });
type Tier = z.infer<typeof tierSchema>;

/** The price of one model. */
export const priceSchema = tokenPricesSchema.extend({
  /** Other prices for all tokens of a call whose input is longer; the highest one passed counts. */
  tiers: z.array(tierSchema).max(16).optional(),
  /** What the provider's batch endpoint costs, as a part of these prices. Default: half. */
  batchFactor: z.number().nonnegative().max(1).optional(),
});

export type Price = z.infer<typeof priceSchema>;

const usualBatchFactor = 0.5;

/** What calls cost at the provider's batch endpoint. */
export function batchPrice(price: Price): Price {
  const { tiers, batchFactor = usualBatchFactor, ...prices } = price;
  return {
    ...times(prices, batchFactor),
    ...(tiers && { tiers: tiers.map((tier) => tierTimes(tier, batchFactor)) }),
  };
}

function times(prices: TokenPrices, factor: number): TokenPrices {
  const { input, output, cachedInput, cacheWrite } = prices;
  return {
    input: input * factor,
    output: output * factor,
    ...(cachedInput !== undefined && { cachedInput: cachedInput * factor }),
    ...(cacheWrite !== undefined && { cacheWrite: cacheWrite * factor }),
  };
}

function tierTimes(tier: Tier, factor: number): Tier {
  return { ...times(tier, factor), aboveInputTokens: tier.aboveInputTokens };
}

/** The prices that hold for a call with so many input tokens. */
export function pricesFor(price: Price, inputTokens: number): TokenPrices {
  const { tiers = [], batchFactor: _, ...prices } = price;
  let passed = 0;
  let chosen: TokenPrices = prices;
  for (const { aboveInputTokens, ...tier } of tiers) {
    if (inputTokens <= aboveInputTokens || aboveInputTokens <= passed) continue;
    passed = aboveInputTokens;
    chosen = tier;
  }
  return chosen;
}

/**
 * Cost of a usage in whole micro-USD, rounded up once at the end. Reasoning tokens
 * are part of the output tokens and cost the same.
 *
 * @returns null when the price is unknown; an unknown price is never counted as 0
 */
export function costMicros(usage: Usage, price: Price | null): number | null {
  if (!price) return null;
  const prices = pricesFor(price, usage.inputTokens);
  const plainInput = usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens;
  const millionths =
    Math.max(0, plainInput) * prices.input +
    usage.cachedInputTokens * (prices.cachedInput ?? prices.input) +
    usage.cacheWriteTokens * (prices.cacheWrite ?? prices.input) +
    usage.outputTokens * prices.output;
  return Math.ceil(millionths / 1_000_000);
}

/** What a call cost, and by which prices, as the journal keeps it. */
export interface Cost {
  /** null when the price is unknown. */
  costMicros: number | null;
  prices?: TokenPrices;
}

/** The cost of a usage with the prices it was reckoned by, so that it can be reckoned again. */
export function costOf(usage: Usage, price: Price | null): Cost {
  if (!price) return { costMicros: null };
  return {
    costMicros: costMicros(usage, price),
    prices: pricesFor(price, usage.inputTokens),
  };
}

/** What the provider's prompt cache spared: the same tokens without it, less what they cost. */
export function promptCacheSaving(usage: Usage, prices: TokenPrices): number {
  const plain = { ...usage, cachedInputTokens: 0, cacheWriteTokens: 0 };
  return (costMicros(plain, prices) ?? 0) - (costMicros(usage, prices) ?? 0);
}
