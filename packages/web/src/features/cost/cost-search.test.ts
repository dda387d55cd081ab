import { expect, test } from "vitest";
import { costSearchSchema, eachDay, onlyFilter, periodDays } from "./cost-search.ts";

const leapDay = Date.parse("2028-03-02T00:30:00Z");

test.each([
  ["7d", "2028-02-25", 7],
  ["30d", "2028-02-02", 30],
  ["90d", "2027-12-04", 90],
  ["month", "2028-03-01", 2],
] as const)("the period %s begins on %s and has %d days", (period, from, count) => {
  const days = periodDays(period, leapDay);
  expect(days).toEqual({ from, to: "2028-03-02" });
  expect(eachDay(days)).toHaveLength(count);
  expect(new Set(eachDay(days)).size).toBe(count);
});

test("a line of the table narrows the costs to its calls", () => {
  expect(onlyFilter("batch", "bat_1")).toEqual({ batchId: "bat_1" });
  expect(onlyFilter("user", "ada")).toEqual({ user: "ada" });
  expect(onlyFilter("user", undefined)).toEqual({});
});

test("what an address says wrongly is left out", () => {
  const kept = costSearchSchema.parse({ period: "8d", by: "day", only: 5 });
  expect(Object.values(kept).filter((value) => value !== undefined)).toEqual([]);
});
