import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpenedConnection, ToolContext } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../test/free-port.ts";
import { radicale, startRadicale, type Radicale } from "../../test/radicale.ts";
import { openTools, type OpenedTools } from "../registry.ts";
import { testContext } from "../test-context.ts";
import { vtimezone } from "./vtimezone.ts";

const password = "a-long-password-of-ann";
const series = await readFile(new URL("../../test/series.ics", import.meta.url), "utf8");

interface Shown {
  id: string;
  etag: string;
  title: string;
  start: string;
  end: string;
  occurrence?: string;
}

let server: Radicale;
let tools: OpenedTools;
describe.skipIf(radicale.missing)("calendar tools, at Radicale:", () => {
  beforeAll(async () => {
    server = await startRadicale({ ann: password, bob: password });
    tools = await openTools({ settings: { allow: [`127.0.0.1:${server.port}`] } });
    await server.makeCalendar("ann", "office", "Work");
    await server.makeCalendar("ann", "home", "Home");
    await server.makeCalendar("bob", "office", "Bob");
    await server.put("ann", "/ann/home/weekly.ics", only(series, "weekly@example.org"));
    await server.put("ann", "/ann/home/holiday.ics", only(series, "holiday@example.org"));
  });
  afterAll(async () => {
    tools.close();
    await server.stop();
  });

  function context(overrides: Partial<ToolContext> = {}, opened: Partial<OpenedConnection> = {}) {
    const settings = { kind: "calendar", url: server.url };
    const connection = async (_kind: string, name = "ann") =>
      ({ name, settings, login: { user: name, secret: password }, ...opened }) as never;
    return testContext({ connection, ...overrides });
  }
  const call = async <T = Record<string, unknown>>(
    name: string,
    input: object,
    given = context(),
  ) => (await tools.call(name, input as never, given)) as T;
  const events = async (input: object, given = context()) =>
    (await call<{ events: Shown[] }>("calendar_events", input, given)).events;
  const spring = { from: "2026-03-20", to: "2026-04-10", timeZone: "Europe/Berlin" };

  test("calendar_list names the calendars, from wherever the connection points", async () => {
    const own = [
      { calendar: "/ann/home/", name: "Home" },
      { calendar: "/ann/office/", name: "Work" },
    ];
    for (const path of ["", "ann/"]) {
      const settings = { kind: "calendar", url: server.url + path } as const;
      const { calendars } = await call<{ calendars: { name: string }[] }>(
        "calendar_list",
        {},
        context({}, { settings }),
      );
      expect(calendars.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(own);
    }
    const settings = { kind: "calendar", url: `${server.url}ann/office/` } as const;
    expect(await call("calendar_list", {}, context({}, { settings }))).toEqual({
      calendars: [{ calendar: "/ann/office/", name: "Work" }],
    });
  });

  test("calendar_events gives each occurrence, in the zone that was asked for", async () => {
    const found = await events({ ...spring, calendars: ["Home"] });
    expect(found.map(({ title, start, end }) => `${title} ${start} ${end}`)).toEqual([
      "Weekly 2026-03-23T10:00:00+01:00 2026-03-23T11:00:00+01:00",
      "Holiday 2026-03-29 2026-03-30",
      "Moved 2026-03-31T14:00:00+02:00 2026-03-31T14:30:00+02:00",
      "Weekly 2026-04-02T10:00:00+02:00 2026-04-02T11:00:00+02:00",
    ]);
    const there = await events({
      ...spring,
      calendars: ["/ann/home/"],
      timeZone: "America/New_York",
    });
    expect(there.find(({ title }) => title === "Moved")?.start).toBe("2026-03-31T08:00:00-04:00");
    await expect(events({ ...spring, calendars: ["Bob"] })).rejects.toMatchObject({
      code: "tool_input_invalid",
      remedy: expect.stringContaining("Home (/ann/home/)") as string,
    });
    await expect(events({ ...spring, to: "2026-03-01" })).rejects.toThrow("ends before it begins");
  });

  test("calendar_create makes an event once, that others can read", async () => {
    const given = context();
    const input = {
      calendar: "Work",
      title: "Café, at 9; daily",
      start: "2026-03-27T09:00",
      end: "2026-03-27T09:30",
      timeZone: "Europe/Berlin",
      rule: "FREQ=DAILY;COUNT=5",
      without: ["2026-03-28"],
      location: "Room 1",
      description: "Line one\nBEGIN:VALARM",
    };
    const made = await call<{ id: string; etag: string }>("calendar_create", input, given);
    expect(await call("calendar_create", input, given)).toEqual(made);
    const found = await events({ ...spring, calendars: ["Work"] });
    expect(found.map(({ start }) => start)).toEqual([
      "2026-03-27T09:00:00+01:00",
      "2026-03-29T09:00:00+02:00",
      "2026-03-30T09:00:00+02:00",
      "2026-03-31T09:00:00+02:00",
    ]);
    expect(found[0]).toMatchObject({ title: input.title, ...made, timeZone: "Europe/Berlin" });
    const stored = await server.files("ann", "office");
    expect(stored).toContain("BEGIN:VTIMEZONE");
    expect(stored).toContain("BYDAY=-1SU");
    expect(stored).not.toMatch(/^BEGIN:VALARM/m);
    // By the zone as it is described there, and not by its name, it is the same.
    const renamed = stored.replaceAll("Europe/Berlin", "Somewhere");
    const folder = await given.workspace();
    await writeFile(join(folder, "renamed.ics"), renamed);
    const again = await call<{ events: Shown[] }>(
      "calendar_read_file",
      { path: "renamed.ics", ...spring },
      given,
    );
    expect(again.events.map(({ start }) => start)).toEqual(found.map(({ start }) => start));
  });

  test("calendar_update changes one of a series, or all; and not what somebody else has changed", async () => {
    const find = async () => events({ ...spring, calendars: ["Work"] });
    const [first, second] = (await find()) as [Shown, Shown];
    const { id: event, etag } = first;
    const given = context();
    const moved = {
      event,
      etag,
      occurrence: second.occurrence,
      start: "2026-03-29T15:00",
      end: "2026-03-29T16:00",
      timeZone: "America/New_York",
      title: "Later",
    };
    const written = await call<{ etag: string }>("calendar_update", moved, given);
    expect(await call("calendar_update", moved, given)).toEqual(written);
    expect((await find()).map(({ title, start }) => `${title} ${start}`)).toContain(
      "Later 2026-03-29T21:00:00+02:00",
    );
    expect(await find()).toHaveLength(4);
    await expect(call("calendar_update", { event, etag, title: "x" })).rejects.toThrow(
      "changed the event meanwhile",
    );
    await expect(
      call("calendar_update", {
        event,
        start: "2026-03-27T10:00",
        end: "2026-03-27T11:00",
        timeZone: "UTC",
      }),
    ).rejects.toThrow("would be lost");
    await call("calendar_update", { event, location: "", title: "All" });
    const after = await find();
    expect(after.filter(({ title }) => title === "All")).toHaveLength(3);
    expect(after[0]).not.toHaveProperty("location");
  });

  test("calendar_delete takes out one occurrence, and then all", async () => {
    const find = async () => events({ ...spring, calendars: ["Work"] });
    const before = (await find()) as [Shown];
    for (const { occurrence } of before.slice(0, 2)) {
      await call("calendar_delete", { event: before[0].id, occurrence });
    }
    expect((await find()).map(({ start }) => start)).toEqual(
      before.slice(2).map(({ start }) => start),
    );
    expect(await call("calendar_delete", { event: before[0].id })).toEqual({ deleted: true });
    expect(await call("calendar_delete", { event: before[0].id })).toEqual({ deleted: false });
    expect(await find()).toEqual([]);
  });

  test("calendar_free_busy and calendar_find_time look at the calendars of several people", async () => {
    const at = (start: string, end: string) => ({
      start: `2026-10-${start}`,
      end: `2026-10-${end}`,
      timeZone: "Europe/Berlin",
    });
    const make = (who: string, more: object) =>
      call(
        "calendar_create",
        { title: "t", ...more },
        context({}, { name: who, login: { user: who, secret: password } }),
      );
    await make("ann", { calendar: "Work", ...at("26T09:00", "26T11:00") });
    await make("ann", { calendar: "Work", ...at("26T10:30", "26T12:00") });
    await make("ann", { calendar: "Work", ...at("26T13:00", "26T14:00"), free: true });
    await make("bob", { ...at("26T14:00", "26T15:30") });
    const range = { from: "2026-10-25", to: "2026-10-27", timeZone: "Europe/Berlin" };
    const both = { connections: ["ann", "bob"], ...range };
    expect(await call("calendar_free_busy", both)).toEqual({
      busy: [
        { start: "2026-10-26T09:00:00+01:00", end: "2026-10-26T12:00:00+01:00" },
        { start: "2026-10-26T14:00:00+01:00", end: "2026-10-26T15:30:00+01:00" },
      ],
      free: [
        { start: "2026-10-25T00:00:00+02:00", end: "2026-10-26T09:00:00+01:00" },
        { start: "2026-10-26T12:00:00+01:00", end: "2026-10-26T14:00:00+01:00" },
        { start: "2026-10-26T15:30:00+01:00", end: "2026-10-27T00:00:00+01:00" },
      ],
    });
    expect(await call("calendar_find_time", { ...both, minutes: 60 })).toEqual({
      slots: ["12:00", "12:30", "13:00", "15:30", "16:00"].map((start) => ({
        start: `2026-10-26T${start}:00+01:00`,
        end: `2026-10-26T${start.replace(/^\d+/, (hour) => String(Number(hour) + 1))}:00+01:00`,
      })),
    });
  });

  test("calendar_invite adds people, and writes what a mail takes along", async () => {
    const times = { start: "2026-05-04", end: "2026-05-05" };
    const { id: event } = await call<{ id: string }>("calendar_create", {
      calendar: "Work",
      title: "Fair",
      ...times,
    });
    const given = context();
    const asked = {
      event,
      attendees: ["bob@example.com", "carol@example.org"],
      path: "invite.ics",
    };
    await expect(call("calendar_invite", asked, given)).rejects.toThrow("no organizer");
    const invited = await call(
      "calendar_invite",
      { ...asked, organizer: "ann@example.com" },
      given,
    );
    expect(invited).toMatchObject({ attendees: ["bob@example.com", "carol@example.org"] });
    const text = await readFile(join(await given.workspace(), "invite.ics"), "utf8");
    expect(text).toContain("METHOD:REQUEST");
    expect(text.replaceAll(/\r\n /g, "")).toMatch(/ATTENDEE;.*:mailto:bob@example\.com/);
    await expect(call("calendar_update", { event, title: "x" })).rejects.toThrow(
      "People are invited",
    );
    expect(tools.destinations("calendar_invite", asked)).toEqual(asked.attendees);
  });

  test("calendar_write_file writes events for others, and calendar_read_file reads theirs", async () => {
    const kept: unknown[] = [];
    const fileLabels = {
      of: async () => undefined,
      all: async () => new Map(),
      keep: async (...given: unknown[]) => void kept.push(given),
    };
    const labels: string[] = [];
    const given = context({ fileLabels, label: (...more) => void labels.push(...more) });
    const written = await call(
      "calendar_write_file",
      { ...spring, calendars: ["Home"], path: "out.ics" },
      given,
    );
    expect(written).toMatchObject({ path: "out.ics", events: 2 });
    expect(kept).toEqual([[["out.ics"], ["calendar", "private"]]]);
    const read = await call<{ events: Shown[] }>(
      "calendar_read_file",
      { path: "out.ics", ...spring },
      given,
    );
    const there = await events({ ...spring, calendars: ["Home"] });
    expect(read.events.map(({ start }) => start)).toEqual(there.map(({ start }) => start));
    expect(labels).toEqual(["document"]);
    await expect(call("calendar_read_file", { path: "../x.ics", ...spring })).rejects.toMatchObject(
      {
        code: "tool_forbidden",
      },
    );
  });

  test.each<[string, object]>([
    ["a time that clocks leave out", { start: "2026-03-29T02:30", end: "2026-03-29T04:00" }],
    ["an end before the beginning", { start: "2026-03-29T05:00", end: "2026-03-29T04:00" }],
    ["a day and a time", { start: "2026-03-29", end: "2026-03-29T04:00" }],
    ["no day", { start: "2026-02-30", end: "2026-03-01" }],
    ["no zone", { start: "2026-03-29T05:00", end: "2026-03-29T06:00", timeZone: "Mars/Base" }],
    ["a line break in the title", { title: "x\r\nATTENDEE:mailto:eve@example.org" }],
    ["a rule of seconds", { rule: "FREQ=SECONDLY" }],
    ["no rule", { rule: "WHENEVER" }],
    ["a line break in the rule", { rule: "FREQ=DAILY\r\nATTENDEE:mailto:eve@example.org" }],
  ])("%s is refused", async (_what, more) => {
    const input = { calendar: "Work", title: "t", timeZone: "Europe/Berlin" };
    const times = { start: "2026-06-01T05:00", end: "2026-06-01T06:00" };
    await expect(call("calendar_create", { ...input, ...times, ...more })).rejects.toMatchObject({
      code: "tool_input_invalid",
    });
  });

  test("a wrong password, a server that is away or inside, and other people's events are said", async () => {
    const wrong = { login: { user: "ann", secret: "not-the-password-7" } };
    await expect(events(spring, context({}, wrong))).rejects.toThrow("refused the login");
    const port = await freePort();
    const inside = { settings: { kind: "calendar", url: "http://127.0.0.1:8008/" } } as const;
    await expect(events(spring, context({}, inside))).rejects.toThrow("not a public address");
    const away = { settings: { kind: "calendar", url: `http://127.0.0.1:${port}/` } } as const;
    const open = await openTools({ settings: { allow: [`127.0.0.1:${port}`] } });
    await expect(open.call("calendar_list", {}, context({}, away))).rejects.toMatchObject({
      message: expect.stringContaining("cannot be reached") as string,
      transient: true,
    });
    open.close();
    for (const event of [
      "/bob/office/x.ics",
      "/ann/office/../../bob/office/x.ics",
      "/ann/office/",
      "//evil.test/x",
    ]) {
      await expect(call("calendar_update", { event, title: "x" })).rejects.toMatchObject({
        code: "tool_input_invalid",
      });
    }
  });
});

/** The events of that name alone, and the zone that they are in. */
function only(text: string, uid: string): string {
  const zone = vtimezone("Europe/Berlin", Date.UTC(2026, 0)).toString();
  return usual(text, uid)
    .replaceAll("/example.org/", "")
    .replace(/BEGIN:VTIMEZONE[\s\S]*END:VTIMEZONE/, zone);
}

function usual(text: string, uid: string): string {
  return text.replaceAll(/BEGIN:VEVENT[\s\S]*?END:VEVENT\r?\n/g, (event) =>
    event.includes(uid) ? event : "",
  );
}
