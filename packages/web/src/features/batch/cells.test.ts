import { expect, test } from "vitest";
import { createCells } from "./cells.ts";

test("cells remember the newest status and the run of each row", () => {
  const cells = createCells();
  cells.apply([
    [1, "running", "run_a"],
    [2, "pending", null],
  ]);
  cells.apply([[1, "completed", "run_a"]]);
  expect([cells.statusOf(1), cells.statusOf(2), cells.statusOf(3)]).toEqual([
    "completed",
    "pending",
    undefined,
  ]);
  expect([cells.runOf(1), cells.runOf(2)]).toEqual(["run_a", null]);
});

test("rows beyond the first thousand are kept too", () => {
  const cells = createCells();
  cells.apply([[10_000, "failed", "run_z"]]);
  expect(cells.rows).toBe(10_000);
  expect(cells.statusOf(10_000)).toBe("failed");
  expect(cells.statusOf(9_999)).toBeUndefined();
});

test("listeners hear which cells changed until they leave", () => {
  const cells = createCells();
  const heard: number[] = [];
  const leave = cells.subscribe((changed) => heard.push(...changed.map(([row]) => row)));
  cells.apply([[7, "running", null]]);
  leave();
  cells.apply([[8, "running", null]]);
  expect(heard).toEqual([7]);
});
