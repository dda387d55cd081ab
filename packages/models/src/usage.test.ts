import fc from "fast-check";
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
  const { usage, estimated } = usageOf(nothing, () => ({ input, output: "Nine." }));
  expect(estimated).toBe(true);
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
    usage: {
      inputTokens: 9,
      cachedInputTokens: 3,
      cacheWriteTokens: 2,
      outputTokens: 7,
      reasoningTokens: 5,
    },
    estimated: false,
  });
});

const texts = () => ({ input: "How many eggs does she sell?", output: "Nine." });
function countOf(input: number, output: number) {
  return {
    inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: output, reasoning: undefined },
  };
}

test.each([
  ["a negative", -1],
  ["a fraction", 1.5],
  ["no number", Number.NaN],
  ["an infinite", Infinity],
  ["an impossible", 900_000_000_000],
  ["a zero, which packages make of a missing,", 0],
])("%s count is estimated", (_what, count) => {
  const { usage, estimated } = usageOf(countOf(count, count), texts);
  expect(estimated).toBe(true);
  expect(usage.inputTokens).toBe(estimateTokens(texts().input));
  expect(usage.outputTokens).toBe(estimateTokens(texts().output));
});

test("hidden reasoning makes an output far larger than its text, and that is believed", () => {
  const { usage, estimated } = usageOf(countOf(20, 120_000), texts);
  expect(usage).toMatchObject({ inputTokens: 20, outputTokens: 120_000 });
  expect(estimated).toBe(false);
});

test("no part is larger than the whole, whatever is counted", () => {
  const number = fc.oneof(fc.integer(), fc.double(), fc.constant(undefined));
  fc.assert(
    fc.property(fc.array(number, { minLength: 5, maxLength: 5 }), ([a, b, c, d, e]) => {
      const { usage } = usageOf(
        {
          inputTokens: { total: a, noCache: undefined, cacheRead: b, cacheWrite: c },
          outputTokens: { total: d, text: undefined, reasoning: e },
        },
        texts,
      );
      for (const count of Object.values(usage)) expect(Number.isSafeInteger(count)).toBe(true);
      expect(Math.min(...Object.values(usage))).toBeGreaterThanOrEqual(0);
      const { inputTokens, cachedInputTokens, cacheWriteTokens } = usage;
      expect(cachedInputTokens + cacheWriteTokens).toBeLessThanOrEqual(inputTokens);
      expect(usage.reasoningTokens).toBeLessThanOrEqual(usage.outputTokens);
    }),
  );
});
