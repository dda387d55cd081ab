import { messageText, type Run } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

let test: TestEngine;
beforeAll(async () => {
  const broken = "simulated/script?fault=reset&after=3";
  const page = probe("page", "idempotent", (text) => `${text}: ${"a dull page. ".repeat(120)}`);
  test = await openTestEngine([page.tool], undefined, {
    routes: {
      failover: { targets: [broken, "simulated/script"] },
      broke: {
        targets: [
          "simulated/script?fault=http&status=429&code=insufficient_quota",
          "simulated/script",
        ],
      },
      patient: {
        targets: ["simulated/script?fault=http&status=503&times=2", "nobody/home"],
      },
      refusing: {
        targets: ["simulated/script?fault=http&status=400&code=content_filter", "simulated/script"],
      },
      narrow: {
        targets: [{ model: "simulated/script", context: 1_500 }, "narrow/script"],
      },
      hopeless: { targets: ["nobody/home", "nobody/else"] },
      chain: {
        targets: [
          "simulated/script?fault=eof&after=1",
          "simulated/script?fault=http&status=500",
          "simulated/script",
        ],
      },
    },
  });
});
afterAll(() => test.close());

const text = "The same words, once, and in the same order, whoever says them in the end.";
const attempts = (run: Run) =>
  run.steps.flatMap((step) => (step.kind === "model" ? step.attempts : []));

describe("a run whose history outgrows every target of its route", () => {
  it("goes on with a summary at the one with the largest context", async () => {
    const read = (pages: number) => ({
      calls: Array.from({ length: pages }, (_, i) => ({
        tool: "page",
        input: { text: `page ${i}` },
      })),
    });
    // Each fits, and what the last one brings is more than any window holds.
    const turns = [read(1), read(1), read(1), read(1), read(4), { text: "end" }];
    const runId = await test.play(turns, {
      tools: ["page"],
      model: "route/narrow",
    });
    const run = await test.until(runId, "completed", "failed");
    expect(run).toMatchObject({ status: "completed", output: "end" });
    const events = await test.events(runId);
    expect(events.some((event) => event.type === "context.compacted")).toBe(true);
    expect(events.filter((event) => event.type === "step.failed")).toEqual([]);
    const reasons = attempts(run).map((one) => one.choice?.reason);
    expect(reasons).toContainEqual(expect.stringContaining("history is summarised"));
  });
});

describe("a run on a route", () => {
  it("goes on with the next target at once when one breaks off, and says why", async () => {
    const runId = await test.play([{ text }], { model: "route/failover" });
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ output: text, stepCount: 1 });
    expect(attempts(run)).toMatchObject([
      { model: "simulated/script?fault=reset&after=3", error: { code: "model_stream_broken" } },
      {
        model: "simulated/script",
        error: null,
        choice: {
          route: "failover",
          reason: "number 2 of the chain",
          passedOver: [{ why: "it failed in this step with model_stream_broken" }],
        },
      },
    ]);
    const events = await test.events(runId);
    expect(events.find((event) => event.type === "step.failed")).toMatchObject({ retryInMs: 0 });
  });

  it("leaves no trace of the target that broke off in what was answered", async () => {
    const runIds = await Promise.all(
      Array.from({ length: 10 }, () => test.play([{ text }], { model: "route/failover" })),
    );
    for (const runId of runIds) {
      const run = await test.until(runId, "completed");
      const [step] = run.steps;
      expect(step?.kind === "model" && step.message && messageText(step.message)).toBe(text);
      expect((await test.events(runId)).filter(({ type }) => type === "step.delta")).toEqual([]);
    }
  });

  it("asks another when one is out of quota, though that is for good", async () => {
    const run = await test.until(
      await test.play([{ text }], { model: "route/broke" }),
      "completed",
    );
    expect(attempts(run).map(({ error }) => error?.code)).toEqual([
      "model_quota_exhausted",
      undefined,
    ]);
  });

  it("waits for a target that comes back when the others are of no use", async () => {
    const run = await test.until(
      await test.play([{ text }], { model: "route/patient" }),
      "completed",
    );
    expect(attempts(run).map(({ error }) => error?.code)).toEqual([
      "model_overloaded",
      "unknown_model",
      "model_overloaded",
      undefined,
    ]);
  });

  it("ends when a target refuses what is asked, unless the route says otherwise", async () => {
    const run = await test.until(
      await test.play([{ text }], { model: "route/refusing" }),
      "failed",
    );
    expect(run).toMatchObject({ error: { code: "model_refused" } });
  });

  it("ends with the error of the last when no target can be used", async () => {
    const run = await test.until(
      await test.play([{ text }], { model: "route/hopeless" }),
      "failed",
    );
    expect(run).toMatchObject({ error: { code: "unknown_model" } });
    expect(attempts(run)).toHaveLength(2);
  });

  it("does not use its tries up by having many targets", async () => {
    const spec = { model: "route/chain", retry: { maxAttempts: 1, baseMs: 5 } };
    const run = await test.until(await test.play([{ text }], spec), "completed");
    expect(run).toMatchObject({ output: text });
    expect(attempts(run)).toHaveLength(3);
  });
});
