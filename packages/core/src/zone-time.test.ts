import { expect, it } from "vitest";
import { isTimeZone, nextChange, offsetAt, wallTime } from "./zone-time.ts";

const hour = 3_600_000;

it("tells what clocks show", () => {
  const moment = Date.parse("2026-07-01T10:20:30.400Z");
  const shown = (zone: string) => new Date(wallTime(zone, moment)).toISOString();
  expect(shown("Europe/Berlin")).toBe("2026-07-01T12:20:30.400Z");
  expect(shown("Asia/Kathmandu")).toBe("2026-07-01T16:05:30.400Z");
  expect(shown("UTC")).toBe("2026-07-01T10:20:30.400Z");
});

it("finds every change of clocks, to the second", () => {
  const changes = (zone: string) => {
    const found: string[] = [];
    const end = Date.parse("2027-01-01");
    for (let at = nextChange(zone, Date.parse("2026-01-01"), end); at !== undefined;) {
      found.push(`${new Date(at).toISOString().slice(0, 16)} ${offsetAt(zone, at) / hour}`);
      at = nextChange(zone, at, end);
    }
    return found;
  };
  expect(changes("Europe/Berlin")).toEqual(["2026-03-29T01:00 2", "2026-10-25T01:00 1"]);
  expect(changes("Australia/Lord_Howe")).toEqual(["2026-04-04T15:00 10.5", "2026-10-03T15:30 11"]);
  expect(changes("Asia/Tokyo")).toEqual([]);
});

it("knows time zones from other words", () => {
  expect(["Europe/Berlin", "UTC"].map(isTimeZone)).toEqual([true, true]);
  expect(["Europe/Berlinn", "", "CEST+2"].map(isTimeZone)).toEqual([false, false, false]);
});
