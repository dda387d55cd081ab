import { newId } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { applySchedule, lookedAt, starts, turnAll } from "../../test/sample-schedule.ts";

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.drop());

const soon = () => new Date(Date.now() - 1_000).toISOString();

it("is due from now on, and a change counts from then on", async () => {
  const made = await applySchedule(test.store, { name: "n", when: { cron: "@daily" } });
  const midnight = new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000).toISOString();
  expect(made).toMatchObject({ revision: 1, nextDueAt: midnight, paused: null });
  expect(await applySchedule(test.store, { name: "n", when: { cron: "@daily" } })).toEqual(made);
  const changed = await applySchedule(test.store, {
    name: "n",
    when: { everySeconds: 31_536_000 },
  });
  expect(changed).toMatchObject({ id: made.id, revision: 2 });
  expect(changed.nextDueAt).not.toBe(midnight);
  expect(await test.store.schedules.get("n")).toEqual(changed);
});

it("is changed only at the revision that was read, where one is named", async () => {
  const { spec, id } = await applySchedule(test.store, { name: "read" });
  const apply = (onRevision: number, description: string) =>
    test.store.schedules.apply({ id, spec: { ...spec, description }, onRevision });
  await expect(apply(0, "x")).rejects.toMatchObject({ code: "precondition" });
  await expect(apply(2, "x")).rejects.toMatchObject({ code: "precondition" });
  expect(await apply(1, "x")).toMatchObject({ revision: 2 });
  const unborn = test.store.schedules.apply({
    id: newId("sch"),
    spec: { ...spec, name: "unborn" },
    onRevision: 1,
  });
  await expect(unborn).rejects.toMatchObject({ code: "precondition" });
  await expect(test.store.schedules.get("unborn")).rejects.toMatchObject({ code: "not_found" });
});

it("starts nothing while it is paused, and catches nothing up", async () => {
  const schedule = await applySchedule(test.store, { when: { everySeconds: 60 } });
  const paused = await test.store.schedules.pause(schedule.name, "ann", "holidays");
  expect(paused).toMatchObject({ paused: { by: "ann", reason: "holidays" }, nextDueAt: null });
  await lookedAt(test.store, schedule, soon());
  await turnAll(test.store);
  expect(await starts(test.store, schedule)).toEqual([]);
  const resumed = await test.store.schedules.resume(schedule.name);
  expect(resumed.paused).toBeNull();
  expect(Date.parse(resumed.nextDueAt ?? "")).toBeGreaterThan(Date.now() - 1_000);
});

it("goes on with what waited when it is resumed", async () => {
  const schedule = await applySchedule(test.store, { when: { everySeconds: 3_600 } });
  await test.store.schedules.pause(schedule.name, "ann", null);
  await test.store.schedules.trigger(schedule.name);
  await test.store.schedules.resume(schedule.name);
  await turnAll(test.store);
  expect((await starts(test.store, schedule)).map(({ outcome }) => outcome)).toEqual(["started"]);
  const { nextDueAt } = await test.store.schedules.get(schedule.name);
  expect(Date.parse(nextDueAt ?? "")).toBeGreaterThan(Date.now());
});

it("is triggered as often as asked, each time for a start of its own", async () => {
  const schedule = await applySchedule(test.store, { overlap: "skip" });
  const times = await Promise.all(
    Array.from({ length: 5 }, () => test.store.schedules.trigger(schedule.name)),
  );
  expect(new Set(times.map(Number)).size).toBe(5);
  await turnAll(test.store);
  const found = await starts(test.store, schedule);
  expect(found.map(({ cause, outcome }) => `${cause} ${outcome}`)).toEqual(
    Array.from({ length: 5 }, () => "manual started"),
  );
});

it("is gone with its history when it is removed, and its runs stay", async () => {
  const schedule = await applySchedule(test.store);
  await test.store.schedules.trigger(schedule.name);
  await turnAll(test.store);
  const [start] = await starts(test.store, schedule);
  await test.store.schedules.remove(schedule.name);
  expect(await starts(test.store, schedule)).toEqual([]);
  expect(await test.store.runs.get(start?.runId ?? "")).toMatchObject({ status: "pending" });
  await expect(test.store.schedules.remove(schedule.name)).rejects.toMatchObject({
    code: "not_found",
  });
});

it("tells how late the last start was, and what is overdue", async () => {
  const schedule = await applySchedule(test.store, {
    when: { everySeconds: 10 },
    overlap: "parallel",
  });
  const due = new Date(Math.floor(Date.now() / 10_000) * 10_000);
  await lookedAt(test.store, schedule, due.toISOString());
  const before = await test.store.schedules.figures();
  expect(before.overdueSeconds).toBeLessThan(60);
  await turnAll(test.store);
  const { lagSeconds, overdueSeconds, queued } = await test.store.schedules.figures();
  const [start] = await starts(test.store, schedule);
  const lag = (Date.parse(start?.at ?? "") - Date.parse(start?.dueAt ?? "")) / 1_000;
  expect(lagSeconds).toBeGreaterThanOrEqual(lag);
  expect(overdueSeconds).toBeLessThan(60);
  expect(queued).toBe(0);
});

it("is seen in its own environment alone", async () => {
  const { name } = await applySchedule(test.store);
  const dev = test.store.tenant({ organisation: "default", environment: "dev" });
  const prod = test.store.tenant({ organisation: "default", environment: "prod" });
  await expect(dev.schedules.get(name)).rejects.toMatchObject({ code: "not_found" });
  expect(await prod.schedules.get(name)).toMatchObject({ name });
  expect(await prod.schedules.trigger(name)).toBeInstanceOf(Date);
});
