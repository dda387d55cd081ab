import type { ScheduleSpecInput } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestServer, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.client.agents.apply({ name: "reporter", model: "simulated/demo" });
});
afterAll(() => server.close());

function spec(name: string, more: Partial<ScheduleSpecInput> = {}): ScheduleSpecInput {
  return {
    name,
    when: { cron: "0 3 * * MON-FRI" },
    timeZone: "Europe/Berlin",
    start: { kind: "run", agent: "reporter", input: { text: "Report of {{schedule.date}}" } },
    ...more,
  };
}

describe("a schedule", () => {
  test("is created, changed, paused, resumed and deleted", async () => {
    const { schedules } = server.client;
    const made = await schedules.apply(spec("nightly"));
    expect(made).toMatchObject({ name: "nightly", revision: 1, paused: null });
    expect(made.spec).toMatchObject({ overlap: "skip", catchUp: { missed: "last" }, priority: 5 });
    expect(await schedules.apply(spec("nightly"))).toEqual(made);
    expect(await schedules.apply(spec("nightly", { overlap: "queue" }))).toMatchObject({
      revision: 2,
    });
    expect((await schedules.list()).items.map(({ name }) => name)).toContain("nightly");
    const paused = await schedules.pause("nightly", "holidays");
    expect(paused).toMatchObject({ paused: { by: "person", reason: "holidays" }, nextDueAt: null });
    expect((await schedules.resume("nightly")).nextDueAt).not.toBeNull();
    await schedules.remove("nightly");
    await expect(schedules.get("nightly")).rejects.toMatchObject({ code: "not_found" });
  });

  const wrong: [string, Partial<ScheduleSpecInput>, RegExp][] = [
    [
      "a pattern that cannot be read",
      { when: { cron: "61 * * * *" } },
      /minute.*61.*five fields/is,
    ],
    ["a day that never comes", { when: { cron: "0 0 31 2 *" } }, /no such time/],
    ["a time zone that is none", { timeZone: "Mars/Olympus" }, /not a time zone/],
    ["a time that no calendar has", { when: { at: "9999-12-31T23:59:59-12:00" } }, /out of range/],
    ["two kinds of times", { when: { cron: "@daily", everySeconds: 5 } }, /exactly one/],
    [
      "an agent that is not there",
      { start: { kind: "run", agent: "nobody", input: { text: "q" } } },
      /no agent "nobody"/,
    ],
    [
      "a place that is not there",
      { start: { kind: "run", agent: "reporter", input: { text: "{{schedule.dat}}" } } },
      /\{\{schedule.dat\}\}/,
    ],
    [
      "a character that cannot be kept",
      { start: { kind: "batch", agent: "reporter", template: "a\0b", rows: [{}] } },
      /NUL/,
    ],
    [
      "rows of a batch that is not there",
      {
        start: {
          kind: "batch",
          agent: "reporter",
          template: "{{q}}",
          rowsOf: `bat_${"0".repeat(26)}`,
        },
      },
      /no batch/,
    ],
  ];
  for (const [what, more, message] of wrong) {
    test(`with ${what} is refused`, async () => {
      await expect(server.client.schedules.apply(spec("wrong", more))).rejects.toThrow(
        expect.objectContaining({ message: expect.stringMatching(message) }),
      );
    });
  }

  test("is not changed by who read it before somebody else did", async () => {
    await server.client.schedules.apply(spec("shared"));
    const put = (tag: string, description: string) =>
      server.app.request("/api/v1/schedules/shared", {
        method: "PUT",
        headers: { "content-type": "application/json", "if-match": tag },
        body: JSON.stringify(spec("shared", { description })),
      });
    expect((await put('"r1"', "mine")).status).toBe(200);
    expect((await put('"r1"', "theirs")).status).toBe(412);
  });

  test("keeps no secret that was pasted into it", async () => {
    const binding = { hosts: ["api.test"], headers: ["x-key"] };
    const secret = "correct-horse-battery-staple";
    await server.client.credentials.set("pasted", { kind: "header", secret, binding });
    const text = `use ${secret}`;
    const start = { kind: "run", agent: "reporter", input: { text } } as const;
    const kept = await server.client.schedules.apply(spec("pasted", { start }));
    expect(JSON.stringify(kept)).not.toContain(secret);
  });
});

describe("times", () => {
  test("are previewed, with what clocks show", async () => {
    const { times } = await server.client.schedules.preview({
      when: { cron: "30 2 * * *" },
      timeZone: "Europe/Berlin",
      after: "2026-03-28T12:00:00Z",
      count: 2,
    });
    expect(times).toEqual([
      { dueAt: "2026-03-29T01:00:00.000Z", local: "2026-03-29 03:00:00", offset: "+02:00" },
      { dueAt: "2026-03-30T00:30:00.000Z", local: "2026-03-30 02:30:00", offset: "+02:00" },
    ]);
    const newYork = { when: { at: "2026-12-24T18:00:00" }, timeZone: "America/New_York" };
    const once = await server.client.schedules.preview({
      ...newYork,
      after: "2026-01-01T00:00:00Z",
    });
    expect(once.times).toMatchObject([{ local: "2026-12-24 18:00:00", offset: "-05:00" }]);
  });

  test("of all schedules that are not paused are told for a calendar", async () => {
    await server.client.schedules.apply(
      spec("daily", { when: { cron: "@daily" }, timeZone: "UTC" }),
    );
    await server.client.schedules.apply(spec("often", { when: { everySeconds: 60 } }));
    await server.client.schedules.apply(spec("silent"));
    await server.client.schedules.pause("silent");
    const from = new Date();
    const until = new Date(from.getTime() + 7 * 86_400_000);
    const range = { from: from.toISOString(), until: until.toISOString() };
    const { schedules } = await server.client.schedules.upcoming(range);
    const of = (name: string) => schedules.find((one) => one.name === name);
    expect(of("daily")).toMatchObject({ isMore: false });
    expect(of("daily")?.times).toHaveLength(7);
    expect(of("often")).toMatchObject({ isMore: true });
    expect(of("silent")).toBeUndefined();
  });
});

test("a backfill is counted before it is done, and its history told in pages", async () => {
  const { schedules } = server.client;
  await schedules.apply(spec("filled", { when: { everySeconds: 3_600 } }));
  const range = { from: "2026-01-01T00:00:00Z", until: "2026-01-01T09:00:00Z" };
  expect(await schedules.backfill("filled", { ...range, dryRun: true })).toEqual({
    due: 10,
    queued: 10,
  });
  expect(await schedules.backfill("filled", range)).toEqual({ due: 10, queued: 10 });
  expect(await schedules.backfill("filled", range)).toEqual({ due: 10, queued: 0 });
  const first = await schedules.starts("filled", { limit: 6 });
  expect(first.items.map(({ outcome }) => outcome)).toEqual(
    Array.from({ length: 6 }, () => "queued"),
  );
  const next = await schedules.starts("filled", { limit: 6, cursor: first.nextCursor ?? "" });
  expect(next.items).toHaveLength(4);
  expect(next).toMatchObject({
    nextCursor: null,
    items: [{ dueAt: "2026-01-01T03:00:00.000Z" }, {}, {}, {}],
  });
  const wrong = { from: range.until, until: range.from };
  await expect(schedules.backfill("filled", wrong)).rejects.toMatchObject({
    code: "invalid_request",
  });
});
