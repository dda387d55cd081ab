import { expect, test } from "vitest";
import { spentPercent } from "./spent-percent.ts";

test.each([
  [0, "0%"],
  [2, "<1%"],
  [386, "39%"],
  [998, "99%"],
  [1_000, "100%"],
  [1_234, "123%"],
])("%i of 1000 is %s of a budget", (spentMicros, words) => {
  expect(spentPercent({ spentMicros, limitMicros: 1_000 })).toBe(words);
});
