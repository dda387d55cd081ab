import type { Event } from "@flotilla/core";
import { faultCatalogue, type CataloguedFault } from "@flotilla/models";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, probe, wireFormats, type TestEngine } from "./platform.ts";

const echo = probe("echo", "unknown", (text) => text);
let test: TestEngine;
/** Runs by format and fault; each meets its fault once. */
const runs = new Map<string, string>();

const text = "Über “naïve” 🦊 foxes: a sentence that takes several events to arrive. ".repeat(3);
const calls = ["the first call of the answer", "the second call of the answer"].map((said) => ({
  tool: "echo",
  input: { text: said },
}));
const entries = Object.entries(faultCatalogue);
const longestHeldMs = 60_000;
const retry = { baseMs: 5, maxAttempts: 10 };
const waitedForMs = 10_000;

const timesOut = ({ expected }: CataloguedFault) =>
  expected.ends === "failed" && expected.code === "model_timeout";

beforeAll(async () => {
  test = await openTestEngine([echo.tool]);
  for (const format of wireFormats) {
    for (const [name, entry] of entries) {
      const fault = { ...entry.fault, times: 1 };
      const turns =
        entry.strikes === "text" ? [{ text, fault }] : [{ calls, fault }, { text: "end" }];
      const model = `${timesOut(entry) ? "hasty-" : ""}${format}-${name}/script`;
      runs.set(`${format} ${name}`, await test.play(turns, { model, tools: ["echo"], retry }));
    }
  }
}, 60_000);
afterAll(() => test.close());

const ofType = <T extends Event["type"]>(events: Event[], type: T) =>
  events.filter((event): event is Extract<Event, { type: T }> => event.type === type);

/** Nothing partial is left, and each call was made once and only after its answer was whole. */
function expectNothingTwice(runId: string, events: Event[], made: number): void {
  expect(ofType(events, "step.delta")).toEqual([]);
  const types = events.map((event) => event.type);
  const intended = types.indexOf("effect.intended");
  if (intended >= 0) {
    expect(intended).toBeGreaterThan(types.indexOf("step.completed"));
    expect(intended).toBeGreaterThan(types.lastIndexOf("step.failed"));
  }
  const keys = echo.keys.filter((key) => key.startsWith(runId));
  expect(keys.toSorted()).toEqual([`${runId}:c1-0`, `${runId}:c1-1`].slice(0, made));
}

describe.each(wireFormats)("a run over %s", (format) => {
  it.each(entries)("that meets %s once", { timeout: 60_000 }, async (name, entry) => {
    const runId = runs.get(`${format} ${name}`) as string;
    const { expected } = entry;
    const whole = { output: entry.strikes === "text" ? text : "end" };
    const allCalls = entry.strikes === "text" ? 0 : 2;
    if (expected.ends === "completed") {
      const refused = expected.finish === "content_filter";
      const run = await test.until(runId, refused ? "failed" : "completed");
      const events = await test.events(runId);
      expect(ofType(events, "step.failed")).toEqual([]);
      expect(run).toMatchObject(refused ? { error: { code: "model_refused" } } : whole);
      const estimated = ofType(events, "step.completed")[0]?.usageEstimated;
      expect(estimated).toBe(expected.usageEstimated);
      expectNothingTwice(runId, events, name === "unknown-tool" ? 0 : allCalls);
      return;
    }

    if (!expected.transient) {
      const run = await test.until(runId, "failed");
      expect(run).toMatchObject({ error: { code: expected.code }, stepCount: 0 });
      expectNothingTwice(runId, await test.events(runId), 0);
      return;
    }

    await expect
      .poll(async () => ofType(await test.events(runId), "step.failed").length, { timeout: 30_000 })
      .toBeGreaterThan(0);
    const [first] = ofType(await test.events(runId), "step.failed");
    expect(first?.error).toMatchObject({ code: expected.code, class: "transient" });
    const wait = expected.retryAfterMs ?? 0;
    expect(first?.retryInMs).toBeGreaterThanOrEqual(wait - 1_000);
    if (wait > longestHeldMs) {
      const waiting = await test.until(runId, "waiting");
      expect(waiting).toMatchObject({
        waitingFor: { kind: "timer", why: { code: expected.code } },
      });
      await test.endPauses();
      await test.store.pool.query("UPDATE run SET wake_at = now() WHERE id = $1", [runId]);
    } else if (wait > 0) {
      expect(first?.retryInMs).toBeLessThanOrEqual(wait + 1_000);
      // It waits in its segment, and so would the test.
      if (wait > waitedForMs) return;
    }
    expect(await test.until(runId, "completed")).toMatchObject(whole);
    expectNothingTwice(runId, await test.events(runId), allCalls);
  });
});
