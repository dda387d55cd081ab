import { expect, test } from "vitest";
import { formatDuration, formatRoundDuration } from "./duration.tsx";

test.each([
  [0, "0 ms"],
  [840.4, "840 ms"],
  [1_000, "1.0 s"],
  [59_940, "59.9 s"],
  [59_960, "1m 00s"],
  [192_000, "3m 12s"],
  [7_500_000, "2h 05m"],
  [273_600_000, "3d 4h"],
])("%d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [10_000, "10 s"],
  [2_500, "2.5 s"],
  [120_000, "2m"],
  [3_600_000, "1h"],
  [86_400_000, "1d"],
])("%d ms somebody chose read %s", (ms, text) => {
  expect(formatRoundDuration(ms)).toBe(text);
});
