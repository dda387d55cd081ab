import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addUsage,
  batchPrice,
  costMicros,
  costOf,
  noUsage,
  promptCacheSaving,
  type Price,
  type Usage,
} from "./usage.ts";

const price = { input: 2_500_000, output: 10_000_000, cachedInput: 250_000 };

describe("costMicros", () => {
  it("prices plain, cached and output tokens apart", () => {
    const usage = { ...noUsage, inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 };
    expect(costMicros(usage, price)).toBe(1_500 + 100 + 1_000);
  });

  it("rounds up to a whole micro-USD", () => {
    expect(costMicros({ ...noUsage, inputTokens: 1 }, price)).toBe(3);
    expect(costMicros(noUsage, price)).toBe(0);
  });

  it("does not count reasoning twice: it is part of the output", () => {
    const usage = { ...noUsage, outputTokens: 100, reasoningTokens: 90 };
    expect(costMicros(usage, price)).toBe(1_000);
  });

  it("says unknown for an unknown price, never 0", () => {
    expect(costMicros({ ...noUsage, inputTokens: 5 }, null)).toBeNull();
  });

  it("never gets cheaper with more tokens", () => {
    const count = fc.nat(1_000_000);
    fc.assert(
      fc.property(count, count, count, (input, output, more) => {
        const usage: Usage = { ...noUsage, inputTokens: input, outputTokens: output };
        const larger = addUsage(usage, { ...noUsage, inputTokens: more });
        expect(costMicros(larger, price)).toBeGreaterThanOrEqual(costMicros(usage, price) ?? 0);
      }),
    );
  });
});

describe("a price with tiers", () => {
  const tiered: Price = {
    ...price,
    tiers: [
      { aboveInputTokens: 200_000, input: 5_000_000, output: 15_000_000 },
      { aboveInputTokens: 1_000_000, input: 10_000_000, output: 30_000_000 },
    ],
  };
  const of = (inputTokens: number) => costOf({ ...noUsage, inputTokens }, tiered);

  it("has the highest tier that the input is above, for all of its tokens", () => {
    expect(of(200_000).costMicros).toBe(500_000);
    expect(of(200_001).costMicros).toBe(1_000_005);
    expect(of(2_000_000)).toEqual({
      costMicros: 20_000_000,
      prices: { input: 10_000_000, output: 30_000_000 },
    });
  });

  it("says the prices that were taken, by which the cost can be reckoned again", () => {
    const { costMicros: cost, prices } = of(123_456);
    expect(costMicros({ ...noUsage, inputTokens: 123_456 }, prices ?? null)).toBe(cost);
    expect(costOf(noUsage, null)).toEqual({ costMicros: null });
  });

  it("is halved at the batch endpoint, unless it says otherwise", () => {
    const count = fc.nat(3_000_000);
    fc.assert(
      fc.property(count, count, (inputTokens, outputTokens) => {
        const usage = { ...noUsage, inputTokens, outputTokens };
        const whole = costMicros(usage, tiered) ?? 0;
        const half = costMicros(usage, batchPrice(tiered)) ?? 0;
        expect(2 * half - whole).toBeOneOf([0, 1]);
      }),
    );
    const free = batchPrice({ ...price, batchFactor: 0 });
    expect(costMicros({ ...noUsage, inputTokens: 9 }, free)).toBe(0);
  });
});

it("the prompt cache spares the difference, and a dear write nothing", () => {
  const usage = { ...noUsage, inputTokens: 1_000, cachedInputTokens: 1_000 };
  expect(promptCacheSaving(usage, price)).toBe(2_250);
  const written = { ...noUsage, inputTokens: 1_000, cacheWriteTokens: 1_000 };
  expect(promptCacheSaving(written, { ...price, cacheWrite: 3_125_000 })).toBe(-625);
});
