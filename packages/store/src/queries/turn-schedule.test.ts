import { newId } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo } from "../../test/sample-run.ts";
import { applySchedule, lookedAt, plan, starts, turnAll } from "../../test/sample-schedule.ts";

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.drop());

const day = 86_400_000;
const hour = 3_600_000;
/** Half an hour ago, so that nothing becomes due by itself while the tests run. */
const latest = Math.floor(Date.now() / 1_000) * 1_000 - hour / 2;
/** The latest due time, or so many before it. */
const ago = (times: number) => new Date(latest - times * hour).toISOString();
const hourly = { when: { everySeconds: 3_600, startingAt: ago(1_000) } };
const all = { catchUp: { missed: "all", windowSeconds: 10 * 86_400 } } as const;

/** A schedule with so many hourly times that nothing has become of yet. */
async function overdue(hours: number, more: object = {}) {
  const schedule = await applySchedule(test.store, { ...hourly, ...all, ...more });
  await lookedAt(test.store, schedule, ago(hours));
  return schedule;
}

it("a due time is started once, with its values, by whoever comes first", async () => {
  const schedule = await overdue(1, { overlap: "parallel" });
  const turns = await Promise.all(Array.from({ length: 8 }, () => turnAll(test.store)));
  expect(turns.flat().reduce((sum, { started }) => sum + started, 0)).toBe(2);
  const [later, earlier] = await starts(test.store, schedule);
  expect(earlier).toMatchObject({
    dueAt: ago(1),
    cause: "catch_up",
    outcome: "started",
    status: "pending",
  });
  const run = await test.store.runs.get(earlier?.runId ?? "");
  expect(run.input).toBe(`for ${ago(1)}`);
  expect(later?.dueAt).toBe(ago(0));
  const { nextDueAt } = await test.store.schedules.get(schedule.name);
  expect(nextDueAt).toBe(ago(-1));
});

it("what a scheduler began that died is undone, and done by the next", async () => {
  const schedule = await overdue(2, { overlap: "parallel" });
  const dies = async () => {
    throw new Error("killed");
  };
  await expect(test.store.schedules.turn(dies, [])).rejects.toThrow("killed");
  expect(await starts(test.store, schedule)).toEqual([]);
  await turnAll(test.store);
  expect(await starts(test.store, schedule)).toHaveLength(3);
});

it("one that cannot be moved on does not hold up others", async () => {
  const stuck = await overdue(1, { priority: 9 });
  const other = await overdue(1);
  const turn = await test.store.schedules.turn(plan, [stuck.id]);
  expect(turn?.name).toBe(other.name);
  await turnAll(test.store);
});

it("many due times are started in several transactions", async () => {
  const schedule = await overdue(150, { overlap: "parallel" });
  const turns = await turnAll(test.store);
  expect(turns.map(({ started }) => started)).toEqual([100, 51]);
  const times = (await starts(test.store, schedule)).map(({ dueAt }) => dueAt);
  expect(times).toEqual(Array.from({ length: 151 }, (_, i) => ago(i)));
});

it("why a time could not be started is kept, and the next one is tried", async () => {
  const start = { kind: "run", agent: "nobody", input: { text: "q" } };
  const schedule = await overdue(0, { start });
  await turnAll(test.store);
  expect(await starts(test.store, schedule)).toMatchObject([
    {
      outcome: "failed",
      runId: null,
      error: { code: "not_found", message: 'There is no agent "nobody".' },
    },
  ]);
  const rowsOf = newId("bat");
  const batch = { kind: "batch", agent: "scheduled", template: "{{q}}", rowsOf };
  const rowless = await overdue(0, { start: batch });
  await turnAll(test.store);
  expect(await starts(test.store, rowless)).toMatchObject([
    { outcome: "failed", batchId: null, error: { code: "invalid_request" } },
  ]);
  const { rowCount } = await test.store.pool.query("SELECT FROM batch WHERE name = $1", [
    rowless.name,
  ]);
  expect(rowCount).toBe(0);
});

it("starts of an archived agent say so", async () => {
  const schedule = await overdue(0);
  await test.store.agents.archive("scheduled");
  await turnAll(test.store);
  expect((await starts(test.store, schedule))[0]?.error).toMatchObject({
    code: "conflict",
    message: expect.stringContaining("archived"),
  });
});

it("the last run's output is there for the next", async () => {
  const text = "after {{last.output}}{{last.runId}}";
  const start = { kind: "run", agent: "scheduled", input: { text } };
  const schedule = await overdue(0, { start, overlap: "parallel" });
  await turnAll(test.store);
  const [first] = await starts(test.store, schedule);
  expect((await test.store.runs.get(first?.runId ?? "")).input).toBe("after ");
  await bringTo(test.store, first?.runId ?? "", "completed");
  const dueAt = await test.store.schedules.trigger(schedule.name);
  await turnAll(test.store);
  const second = await test.store.schedules.start(schedule.name, dueAt);
  const { input } = await test.store.runs.get(second.runId ?? "");
  expect(input).toBe(`after {"answer":42}${first?.runId}`);
});

describe("when the start before has not ended", () => {
  const outcomes = async (schedule: Awaited<ReturnType<typeof overdue>>) =>
    (await starts(test.store, schedule)).toReversed().map(({ outcome }) => outcome);

  async function secondDue(overlap: "skip" | "queue" | "cancel" | "parallel") {
    const schedule = await overdue(0, { overlap });
    await turnAll(test.store);
    const [first] = await starts(test.store, schedule);
    // The time before becomes due, as if it were the one after.
    await test.store.pool.query(
      "UPDATE schedule_start SET due_at = due_at - interval '1 hour' WHERE schedule_id = $1",
      [schedule.id],
    );
    await lookedAt(test.store, schedule, ago(0));
    // As if the hour had just begun: otherwise it was missed, and catching up has rules of its own.
    await test.store.pool.query(
      `INSERT INTO schedule_start (schedule_id, due_at, org_id, environment, cause, overlap, outcome)
       VALUES ($1, $2, 'default', 'prod', 'due', $3, 'queued')`,
      [schedule.id, ago(0), overlap],
    );
    await turnAll(test.store);
    return { schedule, first: first?.runId ?? "" };
  }

  it("a start is skipped, and the history says for whom", async () => {
    const { schedule, first } = await secondDue("skip");
    expect(await outcomes(schedule)).toEqual(["started", "skipped"]);
    const [skipped] = await starts(test.store, schedule);
    expect(skipped?.reason).toBe(`${first} has not ended`);
  });

  it("or waits for its end", async () => {
    const { schedule, first } = await secondDue("queue");
    expect(await outcomes(schedule)).toEqual(["started", "queued"]);
    expect(await test.store.schedules.rest([])).toMatchObject({ isBlocked: true });
    expect(await test.store.schedules.unblock()).toBe(0);
    await test.store.runs.cancel(first, "ann");
    expect(await test.store.schedules.unblock()).toBe(1);
    await turnAll(test.store);
    expect(await outcomes(schedule)).toEqual(["started", "started"]);
  });

  it("or cancels it first", async () => {
    const { schedule, first } = await secondDue("cancel");
    expect(await outcomes(schedule)).toEqual(["started", "started"]);
    expect((await test.store.runs.get(first)).status).toBe("cancelled");
  });

  it("or starts beside it", async () => {
    const { schedule } = await secondDue("parallel");
    expect(await outcomes(schedule)).toEqual(["started", "started"]);
  });

  it("what is caught up starts one after the other", async () => {
    const schedule = await overdue(2, { overlap: "skip" });
    for (const expected of [1, 2, 3]) {
      await turnAll(test.store);
      const found = await starts(test.store, schedule);
      const started = found.filter(({ outcome }) => outcome === "started");
      expect(started).toHaveLength(expected);
      expect(found).toHaveLength(3);
      await test.store.runs.cancel(started[0]?.runId ?? "", "ann");
      await test.store.schedules.unblock();
    }
  });
});

describe("a backfill", () => {
  const range = (from: number, until: number) => ({
    from: new Date(ago(from)),
    until: new Date(ago(until)),
    overlap: "parallel" as const,
    dryRun: false,
  });

  it("starts every due time of its range that has no start, once", async () => {
    const schedule = await applySchedule(test.store, hourly);
    const { backfill } = test.store.schedules;
    expect(await backfill(schedule.name, { ...range(10, 5), dryRun: true })).toEqual({
      due: 6,
      queued: 6,
    });
    expect(await starts(test.store, schedule)).toEqual([]);
    const both = await Promise.all([
      backfill(schedule.name, range(10, 5)),
      backfill(schedule.name, range(7, 2)),
    ]);
    expect(both.map(({ due }) => due)).toEqual([6, 6]);
    expect(both[0].queued + both[1].queued).toBe(9);
    await Promise.all([turnAll(test.store), turnAll(test.store)]);
    expect(await backfill(schedule.name, range(10, 2))).toEqual({ due: 9, queued: 0 });
    const found = await starts(test.store, schedule);
    expect(found.map(({ dueAt }) => dueAt)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10].map(ago));
    expect(new Set(found.map(({ runId }) => runId)).size).toBe(9);
    expect(found.every(({ cause, outcome }) => cause === "backfill" && outcome === "started")).toBe(
      true,
    );
  });

  it("takes up what was skipped or failed", async () => {
    const schedule = await overdue(3, { catchUp: { missed: "none" } });
    await turnAll(test.store);
    expect((await starts(test.store, schedule)).map(({ outcome }) => outcome)).toContain("skipped");
    await test.store.schedules.backfill(schedule.name, range(3, 1));
    await turnAll(test.store);
    const found = await starts(test.store, schedule);
    expect(found.slice(1).map(({ outcome, reason }) => [outcome, reason])).toEqual(
      [1, 2, 3].map(() => ["started", null]),
    );
  });

  it("runs while the schedule is paused", async () => {
    const schedule = await applySchedule(test.store, hourly);
    await test.store.schedules.pause(schedule.name, "ann", null);
    await test.store.schedules.backfill(schedule.name, range(2, 1));
    await turnAll(test.store);
    expect(await starts(test.store, schedule)).toHaveLength(2);
  });

  it("of the future, or of too much, is refused", async () => {
    const schedule = await applySchedule(test.store, { when: { everySeconds: 1 } });
    const { backfill } = test.store.schedules;
    const refused = { code: "invalid_request" };
    await expect(backfill(schedule.name, range(1, -1))).rejects.toMatchObject(refused);
    await expect(backfill(schedule.name, range(4, 0))).rejects.toMatchObject(refused);
  });
});

it("is forgotten after the days that the schedule keeps it", async () => {
  const schedule = await overdue(1, { historyDays: 2, overlap: "parallel" });
  await turnAll(test.store);
  await test.store.pool.query(
    "UPDATE schedule_start SET at = $2 WHERE schedule_id = $1 AND due_at = $3",
    [schedule.id, new Date(Date.now() - 3 * day), ago(1)],
  );
  await test.store.schedules.deleteOldStarts();
  expect((await starts(test.store, schedule)).map(({ dueAt }) => dueAt)).toEqual([ago(0)]);
});
