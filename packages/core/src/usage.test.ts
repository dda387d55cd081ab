import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addUsage, costMicros, noUsage, type Usage } from "./usage.ts";

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
