import { expect, test } from "vitest";
import { exactTime, formatTime } from "./time-words.ts";

const at = "2026-03-29T22:30:05.000Z";

test("a moment is told by the clocks of the zone, also across midnight and a change of the clocks", () => {
  expect(formatTime(at, "moment", "UTC")).toBe("29 Mar 2026, 22:30");
  expect(formatTime(at, "moment", "Europe/Berlin")).toBe("30 Mar 2026, 00:30");
  expect(formatTime(at, "clock", "Asia/Kathmandu")).toBe("04:15");
  expect(formatTime(at, "day", "America/New_York")).toBe("29 Mar 2026");
  expect(formatTime(Date.parse(at), "weekday", "Europe/Berlin")).toBe("Mon 30 Mar");
});

test("the exact time says which zone it is of", () => {
  expect(exactTime(at, "Europe/Berlin")).toBe("30 Mar 2026, 00:30:05 CEST, Europe/Berlin");
  expect(exactTime(at, "UTC")).toBe("29 Mar 2026, 22:30:05 UTC, UTC");
});
