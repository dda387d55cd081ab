import { expect, test } from "vitest";
import { dateText, dayOf, daysLater, weekOf } from "./week.ts";

const start = new Date(2026, 2, 27);
const at = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString();

test("a week has each schedule on the days on which it is due, the first one above", () => {
  const week = weekOf(start, {
    schedules: [
      { name: "late", times: [at(27, 22), at(28, 22)], isMore: false },
      { name: "early", times: [at(27, 3)], isMore: false },
    ],
  });
  expect(week.map(({ date }) => date)).toEqual([
    ...["2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"],
    ...["2026-04-01", "2026-04-02"],
  ]);
  expect(week.map(({ entries }) => entries.map(({ name }) => name))).toEqual([
    ["early", "late"],
    ["late"],
    ...[[], [], [], [], []],
  ]);
});

test("of one that is due more often than was told, the days behind say so", () => {
  const often = { name: "often", times: [at(27, 3), at(28, 3)], isMore: true };
  const week = weekOf(start, { schedules: [often] });
  expect(week.map(({ entries }) => entries.map(({ isMore }) => isMore))).toEqual([
    [false],
    ...[[true], [true], [true], [true], [true], [true]],
  ]);
});

test("a date is a local midnight", () => {
  expect(dayOf("2026-03-27")).toEqual(start);
  expect(dateText(daysLater(start, 5))).toBe("2026-04-01");
});
