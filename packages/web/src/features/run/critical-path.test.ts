import { expect, test } from "vitest";
import { criticalPath } from "./critical-path.ts";
import type { TimelineRow } from "./timeline-layout.ts";

const row = (key: string, startMs: number, endMs: number, kind = "step") =>
  ({ key, startMs, endMs, kind }) as TimelineRow;
const path = (...rows: TimelineRow[]) => [...criticalPath(rows)].toSorted();

test("of calls side by side the slowest one is waited for", () => {
  const rows = [
    row("m1", 0, 100),
    row("quick", 100, 150),
    row("slow", 100, 400),
    row("m2", 400, 500),
  ];
  expect(path(...rows)).toEqual(["m1", "m2", "slow"]);
});

test("what went on beside the path held nothing up", () => {
  const rows = [row("m1", 0, 100), row("m2", 100, 300), row("long", 50, 250), row("m3", 300, 400)];
  expect(path(...rows)).toEqual(["m1", "m2", "m3"]);
});

test("the wait of a row of the path is on it, one beside it is not", () => {
  const rows = [
    row("m1", 0, 100),
    row("asks", 100, 900),
    row("wait", 120, 880, "pause"),
    row("m2", 900, 950),
  ];
  expect(path(...rows)).toEqual(["asks", "m1", "m2", "wait"]);
});

test("a wait of the run itself is a part of the path, and time without anything is passed over", () => {
  const rows = [row("m1", 0, 100), row("paused", 110, 500, "pause"), row("m2", 520, 600)];
  expect(path(...rows)).toEqual(["m1", "m2", "paused"]);
});

test("points in time are on no path; a run without rows has none", () => {
  expect(path(row("m1", 0, 100), row("said", 100, 100, "message"))).toEqual(["m1"]);
  expect(path()).toEqual([]);
});

test("2,000 rows take no time", () => {
  const rows = Array.from({ length: 2_000 }, (_, n) => row(`m${n}`, n * 10, n * 10 + 10));
  expect(criticalPath(rows).size).toBe(2_000);
});
