import { expect, test } from "vitest";
import { toolTerms } from "./tool-terms.ts";

test("only what a tool limits is told", () => {
  expect(toolTerms({})).toEqual([]);
  expect(
    toolTerms({
      rateLimit: { calls: 1, perSeconds: 90 },
      concurrency: { group: "crm", most: 4 },
      cacheSeconds: 3_600,
      costMicros: 1_500,
      breaksAfter: 3,
    }),
  ).toEqual([
    ["rate", "1 call in 1 min 30 s"],
    ["at once", "4 calls of the group crm"],
    ["cached for", "1 h"],
    ["a call costs", "$0.0015"],
    ["left alone after", "3 failures in a row"],
  ]);
  expect(toolTerms({ breaksAfter: null })).toEqual([["left alone after", "never"]]);
});
