import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { occurrencesOf, parseCalendar } from "./occurrences.ts";
import { walkRule, walkMoment, type WalkedRule } from "../../test/walk-rule.ts";

const dayMs = 86_400_000;
const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"];
const names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

const compact = (wall: number) => new Date(wall).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");

function file(lines: string[]): string {
  const frame = (name: string, within: string[]) => [`BEGIN:${name}`, ...within, `END:${name}`];
  return frame("VCALENDAR", ["VERSION:2.0", ...lines]).join("\r\n");
}

function eventOf(zone: string, wall: number, more: string[]): string[] {
  const at = zone === "UTC" ? `:${compact(wall)}Z` : `;TZID=${zone}:${compact(wall)}`;
  return ["BEGIN:VEVENT", "UID:1", `DTSTART${at}`, "DURATION:PT30M", ...more, "END:VEVENT"];
}

function found(text: string, from: number, to: number, timeZone = "UTC"): number[] {
  return occurrencesOf(parseCalendar(text), { from, to, timeZone }).map(
    ({ start }) => start.moment,
  );
}

const ruleArbitrary = fc.record({
  freq: fc.constantFrom("DAILY" as const, "WEEKLY" as const, "MONTHLY" as const),
  interval: fc.integer({ min: 1, max: 4 }),
  weekdays: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }),
  nth: fc.constantFrom(undefined, 1, 2, 3, -1),
  monthDay: fc.constantFrom(undefined, 1, 15, 28, 29, 31, -1),
  count: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
});

describe("occurrences of series", () => {
  test("are those of a walk over every day, in every zone, also where clocks change", () => {
    fc.assert(
      fc.property(
        ruleArbitrary,
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2025, 8) / 1_800_000, max: Date.UTC(2027, 3) / 1_800_000 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 5 }),
        (shape, zone, halfHours, leftOut) => {
          const rule: WalkedRule = {
            ...shape,
            // A month has either days by number or weekdays.
            ...(shape.freq === "MONTHLY"
              ? shape.monthDay === undefined
                ? { monthDay: undefined }
                : { weekdays: [], nth: undefined }
              : { nth: undefined, monthDay: undefined }),
          };
          const from = halfHours * 1_800_000;
          const until = from + 500 * dayMs;
          const walls = walkRule(rule, from, until);
          const [first] = walls;
          if (first === undefined) return;
          const again = walkRule(rule, first, until);
          const out = leftOut.flatMap((at) => again.slice(at, at + 1));
          const text = file(
            eventOf(zone, first, [
              `RRULE:${rruleOf(rule)}`,
              ...out.map((wall) =>
                zone === "UTC"
                  ? `EXDATE:${compact(wall)}Z`
                  : `EXDATE;TZID=${zone}:${compact(wall)}`,
              ),
            ]),
          );
          const expected = again
            .filter((wall) => !out.includes(wall))
            .map((wall) => walkMoment(zone, wall))
            .filter((moment) => moment < until - 2 * dayMs);
          expect(found(text, from - 2 * dayMs, until - 2 * dayMs)).toEqual(
            expected.toSorted((a, b) => a - b),
          );
        },
      ),
      { numRuns: 80 },
    );
  });

  function rruleOf({ freq, interval, weekdays, nth, monthDay, count }: WalkedRule): string {
    const days = weekdays.map((day) => `${nth ?? ""}${names[day]}`).join(",");
    return [
      `FREQ=${freq};INTERVAL=${interval}`,
      ...(days ? [`BYDAY=${days}`] : []),
      ...(monthDay === undefined ? [] : [`BYMONTHDAY=${monthDay}`]),
      ...(count === undefined ? [] : [`COUNT=${count}`]),
    ].join(";");
  }

  const range = [Date.UTC(2026, 2, 20), Date.UTC(2026, 3, 10)] as const;
  const utc = (...given: [number, number, number, number, number]) => Date.UTC(...given);

  test("keep the time on the clock when it changes, and end by the moment that UNTIL is", () => {
    const lines = eventOf("Europe/Berlin", utc(2026, 2, 28, 9, 0), [
      "RRULE:FREQ=DAILY;UNTIL=20260330T070000Z",
    ]);
    expect(found(file(lines), ...range)).toEqual([
      utc(2026, 2, 28, 8, 0),
      utc(2026, 2, 29, 7, 0),
      utc(2026, 2, 30, 7, 0),
    ]);
  });

  test("at a time that the clock leaves out, or shows twice, are as RFC 5545 says", () => {
    const spring = eventOf("Europe/Berlin", utc(2026, 2, 28, 2, 30), ["RRULE:FREQ=DAILY;COUNT=3"]);
    expect(found(file(spring), ...range)).toEqual([
      utc(2026, 2, 28, 1, 30),
      utc(2026, 2, 29, 1, 30),
      utc(2026, 2, 30, 0, 30),
    ]);
    const autumn = eventOf("Europe/Berlin", utc(2026, 9, 25, 2, 30), []);
    expect(found(file(autumn), utc(2026, 9, 24, 0, 0), utc(2026, 9, 26, 0, 0))).toEqual([
      utc(2026, 9, 25, 0, 30),
    ]);
  });

  test("are added, taken out, moved and cancelled one by one", async () => {
    const text = await readFile(new URL("../../test/series.ics", import.meta.url), "utf8");
    const all = occurrencesOf(parseCalendar(text), {
      from: range[0],
      to: range[1],
      timeZone: "Europe/Berlin",
    });
    expect(
      all.map(({ event, start, end, original }) => [
        String(event.getFirstPropertyValue("summary")),
        new Date(start.moment).toISOString(),
        (end - start.moment) / 60_000,
        original && new Date(original.moment).toISOString(),
      ]),
    ).toEqual([
      ["Weekly", "2026-03-23T09:00:00.000Z", 60, "2026-03-23T09:00:00.000Z"],
      ["Holiday", "2026-03-28T23:00:00.000Z", 23 * 60, undefined],
      ["Moved", "2026-03-31T12:00:00.000Z", 30, "2026-03-30T08:00:00.000Z"],
      ["Weekly", "2026-04-02T08:00:00.000Z", 60, "2026-04-02T08:00:00.000Z"],
      ["By its own zone", "2026-04-03T14:00:00.000Z", 60, undefined],
    ]);
  });

  test("that never end, and texts that are no calendars, are bounded and said", () => {
    const daily = file(eventOf("UTC", utc(2000, 0, 1, 0, 0), ["RRULE:FREQ=DAILY"]));
    expect(found(daily, range[0], range[0] + dayMs)).toEqual([range[0]]);
    const secondly = file(eventOf("UTC", utc(2000, 0, 1, 0, 0), ["RRULE:FREQ=SECONDLY"]));
    expect(() => found(secondly, ...range)).toThrow("more times than can be counted");
    for (const text of ["", "hello", "BEGIN:VCARD\r\nEND:VCARD", "BEGIN:VCALENDAR"]) {
      expect(() => parseCalendar(text)).toThrow("no calendar");
    }
  });
});
