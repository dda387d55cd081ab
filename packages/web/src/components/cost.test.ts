import { expect, test } from "vitest";
import { formatCost } from "./cost.tsx";

test.each([
  [0, "$0"],
  [42, "$0.000042"],
  [812, "$0.00081"],
  [6_412, "$0.0064"],
  [15_912, "$0.0159"],
  [250_000, "$0.25"],
  [999_970, "$1.00"],
  [1_240_000, "$1.24"],
  [1_203_900_000, "$1,204"],
])("%d micro-USD read %s", (micros, text) => {
  expect(formatCost(micros)).toBe(text);
});
