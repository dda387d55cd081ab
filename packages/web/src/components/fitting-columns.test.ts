import { expect, test } from "vitest";
import { fittingColumns, neededWidth } from "./fitting-columns.ts";

const columns = [
  { header: "Name", width: "minmax(130px, 1fr)" },
  { header: "Words", width: "minmax(0, 2fr)", dropOrder: 2 },
  { header: "Cost", width: "72px" },
  { header: "Changed", width: "80px", dropOrder: 1 },
];
const shown = (room: number) => fittingColumns(columns, room).map(({ header }) => header);

test("columns need their least widths, the room between them and that at the ends", () => {
  expect(neededWidth(columns)).toBe(130 + 120 + 72 + 80 + 5 * 16);
});

test("where there is no room for all, columns go in their order and those without one stay", () => {
  expect(shown(482)).toEqual(["Name", "Words", "Cost", "Changed"]);
  expect(shown(481)).toEqual(["Name", "Words", "Cost"]);
  expect(shown(385)).toEqual(["Name", "Cost"]);
  expect(shown(10)).toEqual(["Name", "Cost"]);
});
