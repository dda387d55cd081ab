import { expect, test } from "vitest";
import { estimateTokens } from "./tokens.ts";
import { usageOf } from "./usage.ts";

const nothing = {
  inputTokens: {
    total: undefined,
    noCache: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
  },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

test("what a provider does not count is estimated, so that limits still hold", () => {
  const input = "How many eggs does she sell at the market every day?";
  const usage = usageOf(nothing, () => ({ input, output: "Nine." }));
  expect(usage.inputTokens).toBe(estimateTokens(input));
  expect(usage.inputTokens).toBeGreaterThan(8);
  expect(usage.outputTokens).toBeGreaterThan(0);
  expect(usage.cachedInputTokens).toBe(0);
});

test("what a provider counts is taken, and the texts are not asked for", () => {
  const counted = {
    inputTokens: { total: 9, noCache: 4, cacheRead: 3, cacheWrite: 2 },
    outputTokens: { total: 7, text: 2, reasoning: 5 },
  };
  expect(usageOf(counted, () => expect.unreachable("not needed"))).toEqual({
    inputTokens: 9,
    cachedInputTokens: 3,
    cacheWriteTokens: 2,
    outputTokens: 7,
    reasoningTokens: 5,
  });
});
