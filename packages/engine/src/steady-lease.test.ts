import { expect, it } from "vitest";
import { SteadyLease } from "./steady-lease.ts";

it("a worker that starts, or renews its lease in time, may judge the others", () => {
  const lease = new SteadyLease(4_000, 6_000, 0);
  expect(lease.mayJudge(1_000)).toBe(true);
  for (let now = 1_000; now <= 20_000; now += 3_000) lease.renewed(now);
  expect(lease.mayJudge(20_500)).toBe(true);
});

it("after an outage it gives the others time to renew theirs", () => {
  const lease = new SteadyLease(4_000, 6_000, 0);
  lease.renewed(1_000);
  expect(lease.mayJudge(6_000)).toBe(false);
  lease.renewed(30_000);
  expect(lease.mayJudge(30_000)).toBe(false);
  for (let now = 31_000; now <= 36_000; now += 1_000) lease.renewed(now);
  expect(lease.mayJudge(35_999)).toBe(false);
  expect(lease.mayJudge(36_000)).toBe(true);
});
