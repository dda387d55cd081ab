import { expect, test } from "vitest";
import { preferencesChangeSchema, preferencesSchema } from "./preferences.ts";

test("whoever has said nothing has the defaults", () => {
  expect(preferencesSchema.parse({})).toEqual({
    colorScheme: "auto",
    timeZone: null,
    startPage: "/",
    density: "comfortable",
    notifications: true,
  });
});

test.each([
  ["an unknown setting", { volume: 11 }],
  ["a time zone that does not exist", { timeZone: "Mars/Olympus" }],
  ["a start page on another server", { startPage: "//example.org" }],
  ["a start page that is a script", { startPage: "javascript:alert(1)" }],
])("%s is refused", (_what, settings) => {
  expect(preferencesSchema.safeParse(settings).success).toBe(false);
  expect(preferencesChangeSchema.safeParse(settings).success).toBe(false);
});

test("a change may name anything that exists, and nothing takes the default", () => {
  const change = { timeZone: "Europe/Berlin", startPage: "/runs?status=failed", density: null };
  expect(preferencesChangeSchema.parse(change)).toEqual(change);
});
