import { expect, test } from "vitest";
import { cellAt, cellOrigin, gridLayout } from "./grid-layout.ts";

test("few cells are as large as they get, many shrink until they fit", () => {
  expect(gridLayout(100, 1_000, 300).cell).toBe(18);
  const many = gridLayout(10_000, 1_100, 320);
  expect(many.cell).toBeLessThan(7);
  expect(many.height).toBeLessThanOrEqual(320);
});

test("cells that cannot fit keep the smallest size and the grid grows down", () => {
  const layout = gridLayout(1_000_000, 800, 300);
  expect(layout.cell).toBe(3);
  expect(layout.height).toBeGreaterThan(300);
});

test.each([1, 7, 100, 1_319, 10_000])(
  "every one of %d cells is found where it is drawn",
  (count) => {
    const layout = gridLayout(count, 913, 300);
    for (const index of [0, Math.floor(count / 2), count - 1]) {
      const [x, y] = cellOrigin(layout, index);
      expect(cellAt(layout, count, x, y)).toBe(index);
      expect(cellAt(layout, count, x + layout.cell - 1, y + layout.cell - 1)).toBe(index);
    }
  },
);

test("there is no cell outside the grid", () => {
  const layout = gridLayout(10, 400, 300);
  expect(cellAt(layout, 10, -1, 0)).toBeUndefined();
  expect(cellAt(layout, 10, 399, 0)).toBeUndefined();
  expect(cellAt(layout, 10, 0, layout.height + layout.gap + 1)).toBeUndefined();
});
