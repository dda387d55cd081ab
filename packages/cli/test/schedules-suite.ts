import type { Backfilled, PreviewedTimes } from "@flotilla/api";
import type { Schedule, ScheduleStart } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

const file = `name: nightly
description: The report of the day
when:
  cron: 30 2 * * *
timeZone: Europe/Berlin
start:
  kind: run
  agent: math
  input:
    text: Report of {{schedule.date}}
overlap: parallel
`;

describe("schedules", slow, () => {
  test("are applied from files, shown, and previewed in local time and UTC", async () => {
    const applied = await platform.flotilla(["schedules", "apply", "-f", "-"], { input: file });
    expect(applied.stdout).toMatch(/^nightly created; due next at .* UTC/);
    const again = await platform.flotilla(["schedules", "apply", "-f", "-"], { input: file });
    expect(again.stdout).toContain("nightly unchanged");
    const { stdout: listed } = await platform.flotilla(["schedules"]);
    expect(listed).toMatch(/nightly +.*30 2 \* \* \*, Europe\/Berlin +run of math +parallel/);
    const { stdout: shown } = await platform.flotilla(["schedules", "show", "nightly"]);
    expect(shown).toContain("cron: 30 2 * * *");
    const spring = ["preview", "nightly", "--after", "2026-03-28 12:00", "--count", "2"];
    const { stdout: times } = await platform.flotilla(["schedules", ...spring]);
    expect(times).toContain("2026-03-29 03:00:00 +02:00  2026-03-29 01:00:00");
    const tried = await ask<PreviewedTimes>("schedules", "preview", "--every", "60");
    expect(tried.times).toHaveLength(10);
  });

  test("that are wrong say where", async () => {
    const input = file.replace("30 2", "30 25");
    const { code, stderr } = await platform.flotilla(["schedules", "apply", "-f", "-"], { input });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /stdin:4:9: when.cron: The cron pattern "30 25 \* \* \*" cannot be read/,
    );
  });

  test("start now, and fill up what is past, once", async () => {
    const { stdout } = await platform.flotilla(["schedules", "trigger", "nightly"]);
    expect(stdout).toMatch(/^run_\w+ is started/);
    const range = ["--from", "2026-03-27", "--until", "2026-03-31"];
    const count = await platform.flotilla([
      "schedules",
      "backfill",
      "nightly",
      ...range,
      "--dry-run",
    ]);
    expect(count.stdout).toContain("4 due times; 4 would be started.");
    const fill = () => ask<Backfilled>("schedules", "backfill", "nightly", ...range);
    expect(await fill()).toEqual({ due: 4, queued: 4 });
    expect(await fill()).toEqual({ due: 4, queued: 0 });
    const starts = async () =>
      (await ask<{ items: ScheduleStart[] }>("schedules", "history", "nightly")).items;
    const outcomes = async () => (await starts()).map(({ outcome }) => outcome);
    await expect
      .poll(outcomes, { timeout: 20_000 })
      .toEqual(Array.from({ length: 5 }, () => "started"));
    const { stdout: history } = await platform.flotilla(["schedules", "history", "nightly"]);
    expect(history).toMatch(/2026-03-29 01:00:00 +backfill +started +run_/);
  });

  test("are paused, resumed and deleted", async () => {
    expect(
      await ask<Schedule>("schedules", "pause", "nightly", "--reason", "holidays"),
    ).toMatchObject({
      paused: { reason: "holidays" },
    });
    const { stdout } = await platform.flotilla(["schedules", "resume", "nightly"]);
    expect(stdout).toMatch(/nightly goes on; due next at/);
    await platform.flotilla(["schedules", "delete", "nightly", "--yes"]);
    const gone = await platform.flotilla(["schedules", "show", "nightly"]);
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("no schedule") });
  });
});
