import { expect, test } from "vitest";
import { timeScale } from "./time-scale.ts";

test("without long pauses the scale is linear", () => {
  const scale = timeScale(1_000, [{ startMs: 400, endMs: 450 }]);
  expect([0, 250, 500, 1_000].map(scale.at)).toEqual([0, 0.25, 0.5, 1]);
});

test("a long pause is shortened and what is around it keeps its proportions", () => {
  const scale = timeScale(3_602_000, [{ startMs: 1_000, endMs: 3_601_000 }]);
  const before = scale.at(1_000);
  expect(before).toBeGreaterThan(0.4);
  expect(1 - scale.at(3_601_000)).toBeCloseTo(before);
  expect(scale.at(3_602_000)).toBe(1);
});

test("order is kept through every pause", () => {
  const pauses = [
    { startMs: 10, endMs: 900 },
    { startMs: 950, endMs: 5_000 },
  ];
  const scale = timeScale(5_100, pauses);
  const places = Array.from({ length: 52 }, (_, index) => scale.at(index * 100));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test.each([1, 950, 61_000, 6_240_000, 400_000_000])(
  "%d ms have a few round ticks from 0",
  (span) => {
    const { ticks } = timeScale(span, []);
    expect(ticks[0]).toEqual({ ms: 0, at: 0 });
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(6);
  },
);

test("no tick stands inside a shortened pause", () => {
  const { ticks } = timeScale(3_602_000, [{ startMs: 1_000, endMs: 3_601_000 }]);
  expect(ticks.filter(({ ms }) => ms > 1_000 && ms < 3_601_000)).toEqual([]);
});

test("a shortened pause is named, and the moment that it ends at has a tick", () => {
  const pause = { startMs: 1_000, endMs: 17_000 };
  const { cuts, ticks, at } = timeScale(17_000, [pause]);
  expect(cuts).toEqual([expect.objectContaining(pause)]);
  expect(ticks.at(-1)).toEqual({ ms: 17_000, at: at(17_000) });
  const later = timeScale(18_000, [pause], { startMs: 0, endMs: 500 });
  expect(later.ticks.at(-1)?.ms).toBeLessThanOrEqual(500);
});

test("a run that only waited has a linear scale", () => {
  expect(timeScale(100, [{ startMs: 0, endMs: 100 }]).at(50)).toBe(0.5);
});

test("a window fills the axis, with ticks of its own", () => {
  const scale = timeScale(10_000, [], { startMs: 2_000, endMs: 4_000 });
  expect([2_000, 3_000, 4_000, 1_000].map(scale.at)).toEqual([0, 0.5, 1, -0.5]);
  expect(scale.ticks.map(({ ms }) => ms)).toEqual([2_000, 2_500, 3_000, 3_500, 4_000]);
});

test("the moment at a position is the one that stands there, in shortened pauses too", () => {
  const pauses = [
    { startMs: 1_000, endMs: 3_601_000 },
    { startMs: 3_601_500, endMs: 9_000_000 },
  ];
  const scale = timeScale(9_001_000, pauses, { startMs: 500, endMs: 9_000_500 });
  for (const ms of [500, 900, 1_000, 2_000_000, 3_601_200, 5_000_000, 9_000_400]) {
    expect(scale.msAt(scale.at(ms))).toBeCloseTo(ms, 3);
  }
});
