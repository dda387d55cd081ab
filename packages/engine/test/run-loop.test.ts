import { setTimeout as sleep } from "node:timers/promises";
import { FlotillaError } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

let flaky = 0;
const echo = probe("echo", "idempotent", (text) => text);
const shaky = probe("shaky", "idempotent", (text) => {
  if (flaky++ < 2) throw new FlotillaError("tool_failed", "try again", { transient: true });
  return text;
});
const broken = probe("broken", "unknown", () => {
  throw new Error("no such order");
});
const slow = probe("slow", "idempotent", async (text, signal) => {
  await sleep(text === "long" ? 15_000 : 100, undefined, { signal });
  return text;
});
const deed = probe("deed", "unknown", async (_text, signal) => {
  await sleep(15_000, undefined, { signal });
  return "done";
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([echo.tool, shaky.tool, broken.tool, slow.tool, deed.tool]);
});
afterAll(() => test.close());

const call = (tool: string, text: string) => ({ tool, input: { text } });
const types = async (runId: string) => (await test.events(runId)).map((event) => event.type);

describe("a run", () => {
  it("calls the model and the tools in turn until the model answers", async () => {
    const run = await test.until(
      await test.play(
        [{ calls: [call("echo", "a")] }, { calls: [call("echo", "b")] }, { text: "end" }],
        {
          tools: ["echo"],
        },
      ),
      "completed",
    );
    expect(run).toMatchObject({ status: "completed", output: "end", stepCount: 3 });
    expect(run.steps.map((step) => step.kind)).toEqual(["model", "tool", "model", "tool", "model"]);
    expect(run.usage.inputTokens).toBeGreaterThan(0);
    expect(run.costMicros).toBeGreaterThan(0);
  });

  it("makes the calls of one answer side by side, each intent before its call", async () => {
    const calls = Array.from({ length: 8 }, (_, i) => call("slow", String(i)));
    const begun = performance.now();
    const runId = await test.play([{ calls }, { text: "end" }], { tools: ["slow"] });
    const run = await test.until(runId, "completed");
    const tools = run.steps.filter((step) => step.kind === "tool");
    expect(tools.map((step) => step.output)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect(performance.now() - begun).toBeLessThan(8 * 100 + 5_000);
    const order = await types(runId);
    expect(order.lastIndexOf("effect.intended")).toBeLessThan(order.indexOf("effect.done"));
  });

  it("retries a transient tool failure under the same key", async () => {
    const runId = await test.play([{ calls: [call("shaky", "x")] }, { text: "end" }], {
      tools: ["shaky"],
    });
    const run = await test.until(runId, "completed");
    expect(run.steps[1]).toMatchObject({ status: "done", output: "x" });
    expect(run.steps[1]).toMatchObject({
      attempts: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
    });
    expect(shaky.keys).toEqual(Array.from({ length: 3 }, () => `${runId}:c1-0`));
  });

  it("tells the model of a tool that failed for good, of bad input, and of an unknown tool", async () => {
    const calls = [
      call("broken", "x"),
      { tool: "echo", input: { wrong: 1 } },
      call("nothing", "x"),
    ];
    const run = await test.until(
      await test.play([{ calls }, { text: "end" }], { tools: ["broken", "echo"] }),
      "completed",
    );
    const errors = run.steps.flatMap((step) => (step.kind === "tool" ? [step.error?.code] : []));
    expect(errors).toEqual(["tool_failed", "tool_input_invalid", "unknown_tool"]);
  });

  it("does not let a model call a tool the agent was not given", async () => {
    const before = echo.keys.length;
    const run = await test.until(
      await test.play([{ calls: [call("echo", "x")] }, { text: "end" }], { tools: ["shaky"] }),
      "completed",
    );
    expect(run.steps[1]).toMatchObject({ status: "failed", error: { code: "unknown_tool" } });
    expect(echo.keys.length).toBe(before);
  });

  it("shows the model what is wrong with its structured output, a bounded number of times", async () => {
    const output = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const repaired = await test.until(
      await test.play(
        [{ text: "not json" }, { text: '{"n":"x"}' }, { text: '```json\n{"n":3}\n```' }],
        { output },
      ),
      "completed",
    );
    expect(repaired).toMatchObject({ output: { n: 3 }, stepCount: 3 });
    const never = await test.until(
      await test.play([{ text: "a" }, { text: "b" }, { text: "c" }, { text: "d" }], { output }),
      "failed",
    );
    expect(never).toMatchObject({ stepCount: 3, error: { code: "model_output_invalid" } });
  });

  it.each([
    [{ maxSteps: 2 }, "limit_steps"],
    [{ maxTokens: 10 }, "limit_tokens"],
    [{ maxCostUsd: 0.000001 }, "limit_cost"],
  ])("stops at its limits %o", async (limits, code) => {
    const turn = { calls: [call("echo", "x")] };
    const run = await test.until(
      await test.play([turn, turn, turn, turn], { tools: ["echo"], limits }),
      "failed",
    );
    expect(run).toMatchObject({ error: { code } });
  });

  it("stops a call under way when its wall time is over", async () => {
    const run = await test.until(
      await test.play([{ text: "x" }], { model: "slow/script", limits: { maxWallSeconds: 0.3 } }),
      "failed",
    );
    expect(run).toMatchObject({ error: { code: "limit_wall_time" } });
  });
});

it("the wait of a call for its turn is no part of the run's wall time", async () => {
  const spec = { model: "metered/script", limits: { maxWallSeconds: 1 } };
  const runIds = await Promise.all(
    Array.from({ length: 8 }, () => test.play([{ text: "at last" }], spec)),
  );
  const runs = await Promise.all(runIds.map((id) => test.until(id, "completed", "failed")));
  expect(runs.map((run) => run.status)).toEqual(Array(8).fill("completed"));
  // Two calls a second are let through, so the last one has waited longer than it may run.
  const longest = Math.max(...runs.map((run) => run.idleMs));
  expect(longest).toBeGreaterThan(1_500);
});

describe("a model failure", () => {
  it("that is transient is retried, with its attempts in the journal", async () => {
    const fault = { kind: "http", status: 503, times: 2 };
    const runId = await test.play([{ text: "end", fault }]);
    const run = await test.until(runId, "completed");
    expect(run.steps[0]).toMatchObject({
      attempts: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
    });
    expect((await types(runId)).filter((type) => type === "step.failed")).toHaveLength(2);
  });

  it("that breaks the stream leaves no partial text behind", async () => {
    const fault = { kind: "eof", times: 1 };
    const run = await test.until(
      await test.play([{ text: "a longer answer in pieces", fault }]),
      "completed",
    );
    expect(run).toMatchObject({ output: "a longer answer in pieces" });
  });

  it("that is permanent ends the run at once; a retry goes on from that step", async () => {
    const fault = { kind: "http", status: 429, code: "insufficient_quota", times: 1 };
    const runId = await test.play([{ calls: [call("echo", "kept")] }, { text: "end", fault }], {
      tools: ["echo"],
    });
    const failed = await test.until(runId, "failed");
    expect(failed).toMatchObject({ stepCount: 1, error: { code: "model_quota_exhausted" } });
    const before = echo.keys.filter((key) => key.startsWith(runId)).length;
    await test.store.runs.retry(runId, "person");
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ stepCount: 2, output: "end", segment: 2 });
    expect(echo.keys.filter((key) => key.startsWith(runId))).toHaveLength(before);
  });

  it("that asks for a long pause parks the run durably", async () => {
    const fault = { kind: "http", status: 429, retryAfter: "3600", times: 1 };
    const runId = await test.play([{ text: "end", fault }], { model: "limited/script" });
    const run = await test.until(runId, "waiting");
    expect(run).toMatchObject({
      waitingFor: { kind: "timer", why: { code: "model_rate_limited" } },
    });
    expect(test.engine.activeRuns()).toBe(0);
    await test.endPauses();
    await test.store.pool.query("UPDATE run SET wake_at = now() WHERE id = $1", [runId]);
    expect(await test.until(runId, "completed")).toMatchObject({ output: "end", segment: 2 });
  });

  it("that goes on and on ends the run after the agent's attempts", async () => {
    const fault = { kind: "http", status: 500 };
    const run = await test.until(
      await test.play([{ text: "x", fault }], { retry: { maxAttempts: 3, baseMs: 1 } }),
      "failed",
    );
    expect(run.steps[0]).toMatchObject({ status: "failed", attempts: { length: 3 } });
  });
});

describe("cancel", () => {
  it("reaches a model call under way", async () => {
    const runId = await test.play([{ text: "x" }], { model: "slow/script" });
    await expect.poll(() => types(runId)).toContain("step.started");
    const asked = performance.now();
    await test.store.runs.cancel(runId, "person", "wrong question");
    const run = await test.until(runId, "cancelled");
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(run).toMatchObject({ cancelledBy: "person", reason: "wrong question" });
  });

  it("reaches a tool call under way and starts nothing more", async () => {
    const runId = await test.play(
      [{ calls: [call("slow", "long")] }, { calls: [call("echo", "never")] }],
      {
        tools: ["slow", "echo"],
      },
    );
    await expect.poll(() => types(runId)).toContain("effect.intended");
    await test.store.runs.cancel(runId, "person");
    await test.until(runId, "cancelled");
    expect(echo.keys.some((key) => key.startsWith(runId))).toBe(false);
  });
});

describe("a call whose outcome nobody knows", () => {
  it("is not repeated: a person says what became of it", async () => {
    const runId = await test.play([{ calls: [call("deed", "x")] }, { text: "end" }], {
      tools: ["deed"],
    });
    await expect.poll(() => deed.keys.filter((key) => key.startsWith(runId)).length).toBe(1);
    await test.restart(0);
    const waiting = await test.until(runId, "waiting");
    expect(waiting.interrupts).toMatchObject([{ kind: "effect_outcome", callId: "c1-0" }]);
    await test.answer(runId, { action: "done", output: "it arrived" });
    const run = await test.until(runId, "completed");
    expect(run.steps[1]).toMatchObject({ status: "done", output: "it arrived" });
    expect(deed.keys.filter((key) => key.startsWith(runId))).toHaveLength(1);
  });
});

describe("drain", () => {
  it("hands runs over at a step boundary and the next worker goes on, repeating nothing", async () => {
    const turns = [
      ...Array.from({ length: 6 }, (_, i) => ({ calls: [call("slow", `s${i}`)] })),
      { text: "end" },
    ];
    const runId = await test.play(turns, { tools: ["slow"] });
    await expect.poll(() => types(runId)).toContain("effect.done");
    await test.restart(5_000);
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ output: "end", stepCount: 7 });
    expect(run.segment).toBeGreaterThan(1);
    const keys = slow.keys.filter((key) => key.startsWith(runId));
    expect(new Set(keys).size).toBe(6);
    expect(keys).toHaveLength(6);
  });

  it("makes a model call that did not finish in time again, and says so", async () => {
    const runId = await test.play([{ text: "word ".repeat(60) }], { model: "typing/script" });
    await expect.poll(() => types(runId)).toContain("step.delta");
    await test.restart(0);
    const run = await test.until(runId, "completed");
    const [step] = run.steps;
    expect(step).toMatchObject({ attempts: [{ error: { code: "cancelled" } }, { error: null }] });
    expect(run).toMatchObject({ output: "word ".repeat(60) });
  });
});
