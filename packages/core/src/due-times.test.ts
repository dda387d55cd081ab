import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueTimes } from "./due-times.ts";
import { scheduleTimesSchema } from "./schedule-times.ts";
import { wallTime } from "./zone-time.ts";

const minute = 60_000;
const day = 86_400_000;
const at = (text: string) => Date.parse(text);
const iso = (moment: number) => new Date(moment).toISOString().replace(":00.000", "");

function due(when: object, timeZone: string, from: string, until: string): string[] {
  const times = dueTimes(scheduleTimesSchema.parse({ when, timeZone }));
  return times.between(at(from), at(until), 1_000).map(iso);
}

describe("when clocks go forward, a time that they skip", () => {
  it("is due at that moment", () => {
    const berlin = ["Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T12:00Z"] as const;
    expect(due({ cron: "30 2 * * *" }, ...berlin)).toEqual([
      "2026-03-29T01:00Z",
      "2026-03-30T00:30Z",
    ]);
    const newYork = ["America/New_York", "2026-03-08T00:00Z", "2026-03-09T12:00Z"] as const;
    expect(due({ cron: "15 2 * * *" }, ...newYork)).toEqual([
      "2026-03-08T07:00Z",
      "2026-03-09T06:15Z",
    ]);
    // Half an hour is skipped there, from 2:00 to 2:30.
    const lordHowe = ["Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-05T00:00Z"] as const;
    expect(due({ cron: "15 2 * * *" }, ...lordHowe)).toEqual([
      "2026-10-03T15:30Z",
      "2026-10-04T15:15Z",
    ]);
  });

  it("is due once, with others that fall on the same moment", () => {
    const berlin = ["Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T06:00Z"] as const;
    expect(due({ cron: "*/20 2-3 * * *" }, ...berlin)).toEqual([
      "2026-03-29T01:00Z",
      "2026-03-29T01:20Z",
      "2026-03-29T01:40Z",
    ]);
  });
});

describe("when clocks go back, a time that they show twice", () => {
  it("is due the first time", () => {
    const berlin = ["Europe/Berlin", "2026-10-24T12:00Z", "2026-10-26T12:00Z"] as const;
    expect(due({ cron: "30 2 * * *" }, ...berlin)).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
    ]);
    const lordHowe = ["Australia/Lord_Howe", "2026-04-04T00:00Z", "2026-04-05T23:00Z"] as const;
    expect(due({ cron: "45 1 * * *" }, ...lordHowe)).toEqual([
      "2026-04-04T14:45Z",
      "2026-04-05T15:15Z",
    ]);
  });

  it("is not due again, asked from within the second time", () => {
    const times = dueTimes(
      scheduleTimesSchema.parse({ when: { cron: "* 2 * * *" }, timeZone: "Europe/Berlin" }),
    );
    expect(times.next(at("2026-10-25T01:10:00Z"))).toBe(at("2026-10-26T01:00:00Z"));
  });
});

it("a pattern of every hour is due as time passes, whatever clocks do", () => {
  const hours = (count: number, from: string) =>
    Array.from({ length: count }, (_, i) => iso(at(from) + i * 60 * minute));
  for (const timeZone of ["Europe/Berlin", "America/New_York", "UTC"]) {
    for (const from of [
      "2026-03-08T00:00Z",
      "2026-03-28T20:00Z",
      "2026-10-24T20:00Z",
      "2026-11-01T00:00Z",
    ]) {
      const until = iso(at(from) + 12 * 60 * minute);
      expect(due({ cron: "0 * * * *" }, timeZone, from, until)).toEqual(hours(13, from).slice(1));
    }
  }
});

it("a day that a zone left out is due at its end", () => {
  // Samoa went from the 29th to the 31st of December 2011.
  const samoa = ["Pacific/Apia", "2011-12-29T12:00Z", "2011-12-31T00:00Z"] as const;
  expect(due({ cron: "0 12 * * *" }, ...samoa)).toEqual([
    "2011-12-29T22:00Z",
    "2011-12-30T10:00Z",
    "2011-12-30T22:00Z",
  ]);
});

describe("intervals", () => {
  it("are counted from 1970, or from where they are told to", () => {
    const range = ["UTC", "2026-01-01T00:10Z", "2026-01-01T01:00Z"] as const;
    expect(due({ everySeconds: 900 }, ...range)).toEqual([
      "2026-01-01T00:15Z",
      "2026-01-01T00:30Z",
      "2026-01-01T00:45Z",
      "2026-01-01T01:00Z",
    ]);
    const startingAt = "2026-01-01T00:07:00Z";
    expect(due({ everySeconds: 1_500, startingAt }, ...range)).toEqual([
      "2026-01-01T00:32Z",
      "2026-01-01T00:57Z",
    ]);
    const later = "2026-01-01T00:57:00Z";
    expect(due({ everySeconds: 60, startingAt: later }, ...range)).toEqual([
      ..."789".split("").map((digit) => `2026-01-01T00:5${digit}Z`),
      "2026-01-01T01:00Z",
    ]);
  });
});

describe("a single time", () => {
  it("is a moment, or a time of the zone's clocks", () => {
    const year = ["Europe/Berlin", "2026-01-01T00:00Z", "2027-01-01T00:00Z"] as const;
    expect(due({ at: "2026-07-01T12:00:00+02:00" }, ...year)).toEqual(["2026-07-01T10:00Z"]);
    expect(due({ at: "2026-07-01T12:00:00" }, ...year)).toEqual(["2026-07-01T10:00Z"]);
    expect(due({ at: "2026-03-29T02:30:00" }, ...year)).toEqual(["2026-03-29T01:00Z"]);
    expect(due({ at: "2025-07-01T12:00:00" }, ...year)).toEqual([]);
  });
});

it("nothing is due before its start or after its end", () => {
  const bounds = { startsAt: "2026-01-02T00:00:00Z", endsAt: "2026-01-04T00:00:00Z" };
  const times = dueTimes(scheduleTimesSchema.parse({ when: { cron: "@daily" }, ...bounds }));
  expect(times.between(0, at("2027-01-01"), 100).map(iso)).toEqual([
    "2026-01-02T00:00Z",
    "2026-01-03T00:00Z",
    "2026-01-04T00:00Z",
  ]);
});

it("the latest ones are the end of all of them", () => {
  const hourly = dueTimes(scheduleTimesSchema.parse({ when: { cron: "*/7 * * * *" } }));
  const [from, until] = [at("2026-01-01T00:00Z"), at("2026-01-03T00:00Z")];
  const all = hourly.between(from, until, Infinity);
  for (const limit of [0, 1, 10, 400, 1_000]) {
    expect(hourly.latest(from, until, limit)).toEqual(limit === 0 ? [] : all.slice(-limit));
  }
});

/** Days around which clocks change, by zone. */
const changes: [string, string][] = [
  ["Europe/Berlin", "2026-03-28T12:00Z"],
  ["Europe/Berlin", "2026-10-24T12:00Z"],
  ["America/New_York", "2026-03-08T00:00Z"],
  ["America/New_York", "2026-11-01T00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T12:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T12:00Z"],
  ["Africa/Casablanca", "2026-02-14T12:00Z"],
  ["Asia/Kolkata", "2026-01-01T00:00Z"],
];

const minuteList = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 4 });
const hourList = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 20 });

it("a pattern of some hours is due at every wall time once, skipped ones at the next moment", () => {
  fc.assert(
    fc.property(
      minuteList,
      hourList,
      fc.constantFrom(...changes),
      (minutes, hours, [zone, from]) => {
        const [start, end] = [at(from), at(from) + 2 * day];
        const shown = new Set<number>();
        const expected: string[] = [];
        let before = wallTime(zone, start);
        for (let moment = start + minute; moment <= end; moment += minute) {
          const wall = wallTime(zone, moment);
          let isDue = false;
          // What the clock showed since the minute before, and what it skipped.
          for (let one = Math.min(wall, before + minute); one <= wall; one += minute) {
            const [hour, on] = [new Date(one).getUTCHours(), new Date(one).getUTCMinutes()];
            if (!shown.has(one) && hours.includes(hour) && minutes.includes(on)) isDue = true;
            shown.add(one);
          }
          if (isDue) expected.push(iso(moment));
          before = wall;
        }
        const cron = `${minutes.join(",")} ${hours.join(",")} * * *`;
        expect(due({ cron }, zone, from, new Date(end).toISOString())).toEqual(expected);
      },
    ),
    { numRuns: 100 },
  );
});

it("a pattern of every hour is due whenever the clock shows it", () => {
  fc.assert(
    fc.property(minuteList, fc.constantFrom(...changes), (minutes, [zone, from]) => {
      const [start, end] = [at(from), at(from) + 2 * day];
      const expected: string[] = [];
      for (let moment = start + minute; moment <= end; moment += minute) {
        if (minutes.includes(new Date(wallTime(zone, moment)).getUTCMinutes()))
          expected.push(iso(moment));
      }
      const cron = `${minutes.join(",")} * * * *`;
      expect(due({ cron }, zone, from, new Date(end).toISOString())).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
