import { expect, test } from "vitest";
import { openTools } from "./registry.ts";
import { testContext } from "./test-context.ts";

const port = await openTools();

test("tells the run's time in UTC", async () => {
  expect(await port.call("clock", {}, testContext())).toEqual({
    iso: "2026-02-28T23:30:15+00:00",
    weekday: "Saturday",
    timeZone: "UTC",
    unixSeconds: 1_772_321_415,
  });
});

test("tells local time with the zone's offset", async () => {
  const told = port.call("clock", { timeZone: "Asia/Kolkata" }, testContext());
  expect(await told).toMatchObject({ iso: "2026-03-01T05:00:15+05:30", weekday: "Sunday" });
});

test("says so when a zone does not exist", async () => {
  await expect(
    port.call("clock", { timeZone: "Mars/Olympus" }, testContext()),
  ).rejects.toMatchObject({ code: "tool_input_invalid" });
});
