import { expect, test } from "vitest";
import { RateMeter } from "./rate-meter.ts";

test("a rate is over the last seconds, and is none before there are two readings", () => {
  const meter = new RateMeter(10_000);
  expect(meter.add(100, 0)).toBe(0);
  expect(meter.add(150, 1_000)).toBe(50);
  for (let second = 2; second <= 10; second++) meter.add(150, second * 1_000);
  expect(meter.add(150, 11_000)).toBe(0);
  expect(meter.add(250, 12_000)).toBe(10);
});

test("a total that falls begins anew", () => {
  const meter = new RateMeter(10_000);
  meter.add(1_000, 0);
  expect(meter.add(10, 1_000)).toBe(0);
  expect(meter.add(30, 2_000)).toBe(20);
});
