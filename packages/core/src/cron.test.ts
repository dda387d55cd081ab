import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCron } from "./cron.ts";

const iso = (wall: number | undefined) =>
  wall === undefined ? undefined : new Date(wall).toISOString().slice(0, 19);

function times(pattern: string, from: string, count: number): (string | undefined)[] {
  const cron = parseCron(pattern);
  const found: (string | undefined)[] = [];
  let wall: number | undefined = Date.parse(`${from}Z`);
  for (let i = 0; i < count && wall !== undefined; i++) {
    wall = cron.next(wall);
    found.push(iso(wall));
  }
  return found;
}

describe("a cron pattern", () => {
  const january = "2026-01-01T00:00:00";
  const cases: [string, string[]][] = [
    ["0 3 * * MON-FRI", ["2026-01-01T03:00:00", "2026-01-02T03:00:00", "2026-01-05T03:00:00"]],
    ["*/20 * * * * *", ["2026-01-01T00:00:20", "2026-01-01T00:00:40", "2026-01-01T00:01:00"]],
    ["0 3 L * *", ["2026-01-31T03:00:00", "2026-02-28T03:00:00", "2026-03-31T03:00:00"]],
    ["0 3 LW * *", ["2026-01-30T03:00:00", "2026-02-27T03:00:00", "2026-03-31T03:00:00"]],
    ["0 3 15W * *", ["2026-01-15T03:00:00", "2026-02-16T03:00:00", "2026-03-16T03:00:00"]],
    ["0 3 1W * *", ["2026-01-01T03:00:00", "2026-02-02T03:00:00", "2026-03-02T03:00:00"]],
    ["0 0 31W * *", ["2026-01-30T00:00:00", "2026-03-31T00:00:00", "2026-05-29T00:00:00"]],
    ["0 0 * * FRI#2", ["2026-01-09T00:00:00", "2026-02-13T00:00:00", "2026-03-13T00:00:00"]],
    ["0 0 * * 5L", ["2026-01-30T00:00:00", "2026-02-27T00:00:00", "2026-03-27T00:00:00"]],
    ["0 0 * * 7", ["2026-01-04T00:00:00", "2026-01-11T00:00:00", "2026-01-18T00:00:00"]],
    ["0 0 13 * 5", ["2026-01-02T00:00:00", "2026-01-09T00:00:00", "2026-01-13T00:00:00"]],
    ["0 0 ? * MON", ["2026-01-05T00:00:00", "2026-01-12T00:00:00", "2026-01-19T00:00:00"]],
    ["0 0 29 FEB *", ["2028-02-29T00:00:00", "2032-02-29T00:00:00", "2036-02-29T00:00:00"]],
    ["@hourly", ["2026-01-01T01:00:00", "2026-01-01T02:00:00", "2026-01-01T03:00:00"]],
    ["@daily", ["2026-01-02T00:00:00", "2026-01-03T00:00:00", "2026-01-04T00:00:00"]],
    ["@weekly", ["2026-01-04T00:00:00", "2026-01-11T00:00:00", "2026-01-18T00:00:00"]],
    ["@monthly", ["2026-02-01T00:00:00", "2026-03-01T00:00:00", "2026-04-01T00:00:00"]],
    ["@yearly", ["2027-01-01T00:00:00", "2028-01-01T00:00:00", "2029-01-01T00:00:00"]],
  ];
  for (const [pattern, expected] of cases) {
    it(`${pattern} holds at ${expected.join(", ")}`, () => {
      expect(times(pattern, january, expected.length)).toEqual(expected);
    });
  }

  const wrong = [
    ...["", "* * * *", "* * * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *"],
    ...[
      "? * * * *",
      "* * * * MOON",
      "5-1 * * * *",
      "*/0 * * * *",
      "@reboot",
      "@never",
      "1,, * * * *",
    ],
    ...["0 0 * * 1#6", "a * * * *", "-1 * * * *"],
  ];
  for (const pattern of wrong) {
    it(`"${pattern}" is refused, with what is meant`, () => {
      expect(() => parseCron(pattern)).toThrow(
        expect.objectContaining({
          code: "invalid_request",
          remedy: expect.stringMatching(/five fields/),
        }),
      );
    });
  }

  it("that never holds has no next time", () => {
    expect(parseCron("0 0 31 2 *").next(0)).toBeUndefined();
  });

  it("knows whether it holds in every hour", () => {
    const hourly = ["* * * * *", "@hourly", "5 0-23 * * *", "0 */1 * * *"];
    const daily = ["0 3 * * *", "0 */2 * * *", "@daily"];
    expect(hourly.map((one) => parseCron(one).isHourly)).toEqual(hourly.map(() => true));
    expect(daily.map((one) => parseCron(one).isHourly)).toEqual(daily.map(() => false));
  });
});

/** A field with the values that it holds, told apart from the parser. */
interface Field {
  text: string;
  values: ReadonlySet<number>;
}

function field(low: number, high: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min: low, max: high });
  const range = (from: number, to: number, step = 1) => {
    const found = [];
    for (let one = from; one <= to; one += step) found.push(one);
    return found;
  };
  const term: fc.Arbitrary<[string, number[]]> = fc.oneof(
    value.map((one): [string, number[]] => [String(one), [one]]),
    fc.tuple(value, value).map(([a, b]): [string, number[]] => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      return [`${from}-${to}`, range(from, to)];
    }),
    fc
      .integer({ min: 1, max: high - low })
      .map((step): [string, number[]] => [`*/${step}`, range(low, high, step)]),
  );
  const terms = fc.array(term, { minLength: 1, maxLength: 3 }).map((all) => ({
    text: all.map(([text]) => text).join(","),
    values: new Set(all.flatMap(([, values]) => values)),
  }));
  return fc.oneof(fc.constant({ text: "*", values: new Set(range(low, high)) }), terms);
}

/** The weekdays of a month's days, from its first one on. */
function month(wall: Date): { last: number; on: (day: number) => number } {
  const first = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), 1)).getUTCDay();
  const last = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate();
  return { last, on: (day) => (first + day - 1) % 7 };
}

const specialDates: { text: string; holds: (wall: Date) => boolean }[] = [
  { text: "L", holds: (wall) => wall.getUTCDate() === month(wall).last },
  {
    text: "LW",
    holds(wall) {
      const { last, on } = month(wall);
      let day = last;
      while (on(day) === 0 || on(day) === 6) day -= 1;
      return wall.getUTCDate() === day;
    },
  },
  ...[1, 15, 31].map((near) => ({
    text: `${near}W`,
    holds(wall: Date) {
      const { last, on } = month(wall);
      if (near > last) return false;
      const workdays = Array.from({ length: last }, (_, i) => i + 1).filter(
        (day) => on(day) >= 1 && on(day) <= 5,
      );
      // Of two that are equally near there is none: a weekend has a workday at either side.
      const [nearest] = workdays.toSorted((a, b) => Math.abs(a - near) - Math.abs(b - near));
      return wall.getUTCDate() === nearest;
    },
  })),
];

const specialWeekdays: typeof specialDates = [
  ...[0, 3, 5].map((day) => ({
    text: `${day}L`,
    holds: (wall: Date) => wall.getUTCDay() === day && wall.getUTCDate() + 7 > month(wall).last,
  })),
  ...[1, 4, 5].map((nth) => ({
    text: `TUE#${nth}`,
    holds: (wall: Date) =>
      wall.getUTCDay() === 2 && wall.getUTCDate() > 7 * (nth - 1) && wall.getUTCDate() <= 7 * nth,
  })),
];

function dayField(
  low: number,
  high: number,
  special: typeof specialDates,
  of: (wall: Date) => number,
): fc.Arbitrary<{ text: string; holds: (wall: Date) => boolean }> {
  const plain = field(low, high).map(({ text, values }) => ({
    text,
    holds: (wall: Date) => values.has(of(wall)),
  }));
  return fc.oneof({ weight: 3, arbitrary: plain }, fc.constantFrom(...special));
}

const anyPattern = fc.record({
  minute: field(0, 59),
  hour: field(0, 23),
  day: dayField(1, 31, specialDates, (wall) => wall.getUTCDate()),
  month: field(1, 12),
  weekday: dayField(0, 6, specialWeekdays, (wall) => wall.getUTCDay()),
});

it("holds at exactly the minutes that its fields say", () => {
  const from = Date.UTC(2024, 1, 27, 23, 11);
  fc.assert(
    fc.property(anyPattern, fc.integer({ min: 0, max: 1_500_000 }), (pattern, minutes) => {
      const fields = [pattern.minute, pattern.hour, pattern.day, pattern.month, pattern.weekday];
      const cron = parseCron(fields.map(({ text }) => text).join(" "));
      const holds = (wall: Date) => {
        if (!pattern.month.values.has(wall.getUTCMonth() + 1)) return false;
        if (!pattern.hour.values.has(wall.getUTCHours())) return false;
        if (!pattern.minute.values.has(wall.getUTCMinutes())) return false;
        const [day, weekday] = [pattern.day.holds(wall), pattern.weekday.holds(wall)];
        if (pattern.day.text === "*") return weekday;
        return pattern.weekday.text === "*" ? day : day || weekday;
      };
      const start = from + minutes * 60_000;
      const span = 3 * 86_400_000;
      const expected = [];
      for (let wall = start + 60_000; wall <= start + span; wall += 60_000) {
        if (holds(new Date(wall))) expected.push(iso(wall));
      }
      const found = [];
      for (let wall = cron.next(start); wall !== undefined && wall <= start + span;) {
        found.push(iso(wall));
        wall = cron.next(wall);
      }
      expect(found).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
