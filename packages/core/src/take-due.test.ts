import { describe, expect, it } from "vitest";
import { scheduleSpecSchema } from "./schedule.ts";
import { jitter, takeDue } from "./take-due.ts";

const at = (text: string) => Date.parse(`2026-01-01T${text}Z`);
const clock = (moment: number | null) => moment && new Date(moment).toISOString().slice(11, 19);

function spec(more: object = {}) {
  return scheduleSpecSchema.parse({
    name: "s",
    when: { cron: "*/10 * * * *" },
    start: { kind: "run", agent: "a", input: { text: "q" } },
    ...more,
  });
}

function taken(from: string, now: string, more: object = {}, waiting = 0) {
  const { times, nextDueAt } = takeDue("sch_1", spec(more), at(from), at(now), waiting);
  const told = times.map(({ dueAt, cause, skip }) =>
    [clock(dueAt), cause, skip].filter((one) => one !== undefined).join(" "),
  );
  return { told, next: clock(nextDueAt) };
}

it("what has come is due, and the rest is not", () => {
  expect(taken("10:00:00", "10:00:00")).toEqual({ told: ["10:00:00 due"], next: "10:10:00" });
  expect(taken("10:00:00", "09:59:59")).toEqual({ told: [], next: "10:00:00" });
  expect(taken("10:00:00", "10:00:29")).toEqual({ told: ["10:00:00 due"], next: "10:10:00" });
});

describe("what was missed", () => {
  const late = ["10:00:00", "10:34:00"] as const;

  it("is started once, the last of it, by default", () => {
    expect(taken(...late)).toEqual({
      told: [
        "10:00:00 catch_up it was missed, and so was a later one",
        "10:10:00 catch_up it was missed, and so was a later one",
        "10:20:00 catch_up it was missed, and so was a later one",
        "10:30:00 catch_up",
      ],
      next: "10:40:00",
    });
  });

  it("is all started, as far as the window goes", () => {
    const catchUp = { missed: "all", windowSeconds: 1_000 };
    expect(taken(...late, { catchUp }).told).toEqual([
      "10:00:00 catch_up it was missed, longer ago than the catch-up window",
      "10:10:00 catch_up it was missed, longer ago than the catch-up window",
      "10:20:00 catch_up",
      "10:30:00 catch_up",
    ]);
  });

  it("is not started at all", () => {
    const { told } = taken(...late, { catchUp: { missed: "none" } });
    expect(told).toHaveLength(4);
    expect(told.every((one) => one.endsWith("catch_up it was missed"))).toBe(true);
  });

  it("does not hold up what is due now", () => {
    expect(taken("10:00:00", "10:10:05", { catchUp: { missed: "none" } }).told).toEqual([
      "10:00:00 catch_up it was missed",
      "10:10:00 due",
    ]);
  });

  it("for a long time is told in bounds", () => {
    const everySecond = spec({ when: { everySeconds: 1 }, catchUp: { missed: "none" } });
    const { times } = takeDue("sch_1", everySecond, at("00:00:00"), at("10:00:00"));
    const missed = times.filter(({ cause }) => cause === "catch_up");
    expect(missed).toHaveLength(1_000);
    expect(missed[0]?.skip).toMatch(/so were others before it/);
    expect(times).toHaveLength(1_030);
  });
});

it("a queue that is full takes no more", () => {
  const queue = { overlap: "queue" };
  expect(taken("10:00:00", "10:00:00", queue, 999).told).toEqual(["10:00:00 due"]);
  expect(taken("10:00:00", "10:00:00", queue, 1_000).told).toEqual([
    "10:00:00 due 1000 starts wait already",
  ]);
});

describe("jitter", () => {
  it("is spread over its span, and the same again", () => {
    const waits = Array.from({ length: 1_000 }, (_, i) => jitter("sch_1", 60, i * 60_000));
    expect(waits).toEqual(Array.from({ length: 1_000 }, (_, i) => jitter("sch_1", 60, i * 60_000)));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waits)).toBeLessThan(60_000);
    for (const part of [0, 1, 2, 3]) {
      const within = waits.filter((one) => Math.floor(one / 15_000) === part).length;
      expect(within).toBeGreaterThan(150);
    }
    expect(jitter("sch_2", 60, 0)).not.toBe(jitter("sch_1", 60, 0));
  });

  it("puts a start off, and never counts as missed", () => {
    const more = { jitterSeconds: 300, catchUp: { missed: "none" } };
    const wait = jitter("sch_1", 300, at("10:00:00"));
    const before = takeDue("sch_1", spec(more), at("10:00:00"), at("10:00:00") + wait - 1);
    expect(before).toMatchObject({ times: [], wakeAt: at("10:00:00") + wait });
    const then = takeDue("sch_1", spec(more), at("10:00:00"), at("10:00:00") + wait);
    expect(then.times).toMatchObject([{ dueAt: at("10:00:00"), cause: "due" }]);
  });
});
