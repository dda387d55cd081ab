import { expect, test } from "vitest";
import { timeScale } from "./time-scale.ts";
import { boundedWindow, moved, windowOf, zoomed } from "./zoom-window.ts";

const spanMs = 10_000;
const whole = { scale: timeScale(spanMs, []), spanMs };
const part = { scale: timeScale(spanMs, [], { startMs: 4_000, endMs: 6_000 }), spanMs };

test("a zoom keeps what is under the pointer where it is", () => {
  expect(zoomed(whole, 0.5)).toEqual({ startMs: 2_500, endMs: 7_500 });
  expect(zoomed(whole, 0.5, 0)).toEqual({ startMs: 0, endMs: 5_000 });
  expect(zoomed(part, 0.5, 1)).toEqual({ startMs: 5_000, endMs: 6_000 });
  expect(zoomed(part, 2, 0.5)).toEqual({ startMs: 3_000, endMs: 7_000 });
});

test("zoomed out to the whole there is no window, and in it is never empty", () => {
  expect(zoomed(part, 100)).toBeUndefined();
  const least = zoomed(part, 1e-9);
  expect(least && least.endMs - least.startMs).toBeGreaterThanOrEqual(2);
});

test("moving stops at the ends and keeps the width", () => {
  expect(moved(part, 0.5)).toEqual({ startMs: 5_000, endMs: 7_000 });
  expect(moved(part, 9)).toEqual({ startMs: 8_000, endMs: 10_000 });
  expect(moved(part, -9)).toEqual({ startMs: 0, endMs: 2_000 });
});

test("a range is the same from either end", () => {
  expect(windowOf(whole, 0.2, 0.4)).toEqual({ startMs: 2_000, endMs: 4_000 });
  expect(windowOf(whole, 0.4, 0.2)).toEqual({ startMs: 2_000, endMs: 4_000 });
});

test("an address that names nothing of the run shows the whole", () => {
  expect(boundedWindow({ startMs: 20_000, endMs: 30_000 }, spanMs)).toBeUndefined();
  expect(boundedWindow({ startMs: 500, endMs: 400 }, spanMs)).toBeUndefined();
  expect(boundedWindow({ startMs: 9_000, endMs: 30_000 }, spanMs)).toEqual({
    startMs: 9_000,
    endMs: 10_000,
  });
});
