import { expect, test } from "vitest";
import { limitWords, pricePerMillion } from "./model-words.tsx";

test.each([
  [0, "$0"],
  [1_000, "$0.001"],
  [25_000, "$0.025"],
  [250_000, "$0.25"],
  [15_000_000, "$15.00"],
  [2_500_000, "$2.50"],
])("%d micro-USD per million tokens read %s", (micros, text) => {
  expect(pricePerMillion(micros)).toBe(text);
});

test("limits read as a line, in one order", () => {
  const limits = { spendPerMinuteUsd: 2, tokensPerMinute: 60_000, requestsPerMinute: 600 };
  expect(limitWords(limits)).toBe("600 requests/min, 60K tokens/min, $2/min");
  expect(limitWords({})).toBe("");
});
