import fc from "fast-check";
import { expect, test } from "vitest";
import { timeWindowSchema } from "./tool-condition.ts";
import { isWithin } from "./time-window.ts";

const at = (text: string) => Date.parse(text);
const window = (value: object) => timeWindowSchema.parse(value);

test("office hours are those of the zone, through both changes of its clocks", () => {
  const office = window({
    zone: "Europe/Berlin",
    days: ["mon", "tue", "wed", "thu", "fri"],
    from: "09:00",
    to: "17:00",
  });
  // Winter: an hour ahead of UTC; summer: two.
  expect(isWithin(office, at("2026-03-27T08:00:00Z"))).toBe(true);
  expect(isWithin(office, at("2026-03-27T07:59:59Z"))).toBe(false);
  expect(isWithin(office, at("2026-03-30T07:00:00Z"))).toBe(true);
  expect(isWithin(office, at("2026-03-30T15:00:00Z"))).toBe(false);
  expect(isWithin(office, at("2026-03-28T10:00:00Z"))).toBe(false);
});

test("an hour that clocks show twice is within twice, one that they leave out never", () => {
  const night = window({ zone: "Europe/Berlin", from: "02:00", to: "03:00" });
  for (const moment of ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]) {
    expect(isWithin(night, at(moment))).toBe(true);
  }
  for (let minute = 0; minute < 240; minute++) {
    expect(isWithin(night, at("2026-03-28T23:00:00Z") + minute * 60_000)).toBe(false);
  }
});

test("a window over midnight is of the day on which it begins", () => {
  const shift = window({ days: ["fri"], from: "22:00", to: "06:00" });
  expect(isWithin(shift, at("2026-11-27T22:00:00Z"))).toBe(true);
  expect(isWithin(shift, at("2026-11-28T05:59:59Z"))).toBe(true);
  expect(isWithin(shift, at("2026-11-28T06:00:00Z"))).toBe(false);
  expect(isWithin(shift, at("2026-11-27T05:00:00Z"))).toBe(false);
  expect(isWithin(window({ from: "08:00", to: "08:00" }), at("2026-11-28T03:00:00Z"))).toBe(true);
});

test("a window and its counterpart share no moment and leave none out", () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe");
  const moment = fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") });
  fc.assert(
    fc.property(time, time, zone, moment, (from, to, name, now) => {
      fc.pre(from !== to);
      const [one, other] = [
        window({ zone: name, from, to }),
        window({ zone: name, from: to, to: from }),
      ];
      expect(isWithin(one, now)).not.toBe(isWithin(other, now));
    }),
  );
});
