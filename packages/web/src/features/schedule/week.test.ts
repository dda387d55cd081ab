import { expect, test } from "vitest";
import { dateText, dayOf, daysLater, weekOf } from "./week.ts";

const zone = "Europe/Berlin";
const start = "2026-03-27";
const at = (day: number, hour: number) =>
  new Date(dayOf(`2026-03-${day}`, zone).getTime() + hour * 3_600_000).toISOString();

test("a week has each schedule on the days on which it is due, the first one above", () => {
  const schedules = [
    { name: "late", times: [at(27, 22), at(28, 22)], isMore: false },
    { name: "early", times: [at(27, 3)], isMore: false },
  ];
  const week = weekOf(start, { schedules }, zone);
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
  const week = weekOf(start, { schedules: [often] }, zone);
  expect(week.map(({ entries }) => entries.map(({ isMore }) => isMore))).toEqual([
    [false],
    ...[[true], [true], [true], [true], [true], [true]],
  ]);
});

test("a date begins when the zone's clocks say so, also after they have changed", () => {
  expect(dayOf(start, zone).toISOString()).toBe("2026-03-26T23:00:00.000Z");
  expect(dayOf("2026-03-30", zone).toISOString()).toBe("2026-03-29T22:00:00.000Z");
  expect(dateText(dayOf("2026-03-30", zone), zone)).toBe("2026-03-30");
  expect(dateText(dayOf("2026-03-30", zone), "America/New_York")).toBe("2026-03-29");
  expect(daysLater(start, 5)).toBe("2026-04-01");
});
