import { expect, test } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const now = Date.parse("2026-01-01T00:00:00Z");

test.each([
  ["seconds", { "retry-after": "20" }, "", 20_000],
  ["milliseconds before seconds", { "retry-after-ms": "350", "retry-after": "1" }, "", 350],
  ["a date", { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }, "", 9_000],
  ["a date in the past", { "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, "", 0],
  [
    "a date by a clock that is a day ahead",
    { "retry-after": "Fri, 02 Jan 2026 00:00:09 GMT", date: "Fri, 02 Jan 2026 00:00:00 GMT" },
    "",
    9_000,
  ],
  [
    "a date by a clock that is hours behind",
    { "retry-after": "Wed, 31 Dec 2025 20:01:00 GMT", date: "Wed, 31 Dec 2025 20:00:00 GMT" },
    "",
    60_000,
  ],
  ["an absurd wait", { "retry-after": "99999999999999" }, "", 86_400_000],
  ["an absurd date", { "retry-after": "Thu, 01 Jan 2037 00:00:00 GMT" }, "", 86_400_000],
  ["a delay in the body", {}, '{"details":[{"retryDelay": "7.5s"}]}', 7_500],
  ["words", {}, "Please try again in 1.2s.", 1_200],
  ["words in minutes and seconds", {}, "Please try again in 1m26.4s.", 86_400],
  ["words in hours", {}, "Please try again in 2h3m.", 7_380_000],
  ["words in milliseconds", {}, "Please try again in 86ms.", 86],
])("%s", (_what, headers, body, expected) => {
  expect(retryAfterMs(headers as Record<string, string>, body, now)).toBe(expected);
});

test("nothing usable is undefined, never 0", () => {
  expect(retryAfterMs({}, "Slow down.", now)).toBeUndefined();
  expect(retryAfterMs({ "retry-after": "soon" }, "", now)).toBeUndefined();
});
