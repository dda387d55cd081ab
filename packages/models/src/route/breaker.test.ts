import {
  breakerSettings,
  breakerState,
  closed,
  mayProbe,
  newTarget,
  type TargetHealth,
} from "@flotilla/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterCalls, type TargetTally } from "./breaker.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const none: TargetTally = {
  answered: 0,
  failed: 0,
  failuresInARow: 0,
  lastFailure: null,
  failovers: 0,
  pauseMs: null,
  firstTokenMs: null,
  tokensPerSecond: null,
};
const failures = (number: number): TargetTally => ({
  ...none,
  failed: number,
  failuresInARow: number,
  lastFailure: "model_unavailable",
});
const answers = (number: number): TargetTally => ({ ...none, answered: number });
const after = (health: TargetHealth, tally: TargetTally, now: number) =>
  afterCalls(health, tally, now, breakerSettings);
const openFor = (health: TargetHealth, now: number) => Date.parse(health.openUntil ?? "") - now;

describe("a breaker", () => {
  test("opens after five failures in a row, whoever saw them", () => {
    let health = after(newTarget("p/m", start), failures(3), start);
    health = after(health, failures(1), start + 10);
    expect(breakerState(health, start + 10)).toBe("closed");
    health = after(health, failures(1), start + 20);
    expect(breakerState(health, start + 20)).toBe("open");
    expect(health.lastError).toMatchObject({ code: "model_unavailable" });
  });

  test("counts from the last answer", () => {
    let health = after(newTarget("p/m", start), failures(4), start);
    health = after(health, { ...failures(6), answered: 1, failuresInARow: 2 }, start);
    expect(health.failuresInARow).toBe(2);
    expect(breakerState(health, start)).toBe("closed");
  });

  test("opens when most of many recent calls fail, though never five in a row", () => {
    let health = newTarget("p/m", start);
    for (let i = 0; i < 12 && breakerState(health, start + i) === "closed"; i++) {
      health = after(health, { ...failures(2), answered: 1, failuresInARow: 1 }, start + i);
    }
    expect(breakerState(health, start + 20)).toBe("open");
    // The same calls over minutes say less: what was is forgotten by and by.
    let slow = newTarget("p/m", start);
    for (let i = 0; i < 12; i++) {
      slow = after(slow, { ...failures(2), answered: 1, failuresInARow: 1 }, start + i * 30_000);
    }
    expect(breakerState(slow, start + 400_000)).toBe("closed");
  });

  test("lets one probe through when its time is over, and an answer closes it", () => {
    const opened = after(newTarget("p/m", start), failures(5), start);
    const later = start + openFor(opened, start);
    expect(mayProbe(opened, later - 1)).toBe(false);
    expect(mayProbe(opened, later)).toBe(true);
    const probed = { ...opened, probeUntil: new Date(later + 1_000).toISOString() };
    expect(mayProbe(probed, later)).toBe(false);
    expect(mayProbe(probed, later + 1_000)).toBe(true);
    const health = after(probed, answers(1), later);
    expect(health).toMatchObject({
      openUntil: null,
      probeUntil: null,
      opened: 0,
      failuresInARow: 0,
    });
  });

  test("stays open for longer each time a probe fails, up to a minute", () => {
    let health = after(newTarget("p/m", start), failures(5), start);
    let now = start;
    const times: number[] = [];
    for (let i = 0; i < 8; i++) {
      times.push(openFor(health, now));
      now += openFor(health, now);
      health = after(health, failures(1), now);
    }
    expect(times).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test("is not moved by calls that were under way when it opened", () => {
    const opened = after(newTarget("p/m", start), failures(5), start);
    expect(after(opened, failures(90), start + 5).openUntil).toBe(opened.openUntil);
    expect(after(opened, answers(3), start + 5).openUntil).toBe(opened.openUntil);
  });

  test("closed by hand is as new", () => {
    const health = closed(after(newTarget("p/m", start), failures(30), start));
    expect(breakerState(health, start)).toBe("closed");
    expect(breakerState(after(health, failures(4), start), start)).toBe("closed");
  });
});

test("a pause lasts as long as the longest that was asked for", () => {
  const paused = after(newTarget("p/m", start), { ...none, pauseMs: 60_000 }, start);
  const again = after(paused, { ...none, pauseMs: 5_000 }, start + 1_000);
  expect(again.pausedUntil).toBe(paused.pausedUntil);
  expect(after(again, answers(1), start + 60_000).pausedUntil).toBeNull();
});

test("speed follows the last answers", () => {
  let health = after(
    newTarget("p/m", start),
    { ...answers(1), firstTokenMs: 100, tokensPerSecond: 50 },
    start,
  );
  expect(health).toMatchObject({ firstTokenMs: 100, tokensPerSecond: 50 });
  for (let i = 0; i < 20; i++) {
    health = after(health, { ...answers(1), firstTokenMs: 900, tokensPerSecond: 5 }, start + i);
  }
  expect(health.firstTokenMs).toBeGreaterThan(880);
  expect(health.tokensPerSecond).toBeLessThan(6);
});

const tallies = fc.record({
  answered: fc.nat(20),
  failed: fc.nat(20),
  waitMs: fc.nat(100_000),
});

test("whatever happens: counts add up, and it opens only for failures", () => {
  fc.assert(
    fc.property(fc.array(tallies, { maxLength: 40 }), (all) => {
      let health = newTarget("p/m", start);
      let now = start;
      for (const { answered, failed, waitMs } of all) {
        now += waitMs;
        const before = health;
        const inARow = answered > 0 ? Math.min(failed, 1) : failed;
        health = after(health, { ...failures(failed), answered, failuresInARow: inARow }, now);
        if (failed === 0 && before.openUntil === null) expect(health.openUntil).toBeNull();
        if (health.openUntil)
          expect(Date.parse(health.openUntil) - now).toBeLessThanOrEqual(60_000);
        expect(health.recentFailures).toBeLessThanOrEqual(health.recentCalls + 1e-9);
      }
      const sum = (key: "answered" | "failed") => all.reduce((total, one) => total + one[key], 0);
      expect(health).toMatchObject({ answered: sum("answered"), failed: sum("failed") });
    }),
  );
});
