import { FlotillaError } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

let engine: TestEngine;
const broken = probe("broken", "idempotent", (text) => {
  throw new FlotillaError("tool_failed", `${text} is out of order`);
});
const calculating = probe("calculating", "idempotent", (text) => text);
beforeAll(async () => {
  engine = await openTestEngine([broken.tool, calculating.tool]);
});
afterAll(() => engine.close());

const call = (text: string, tool = "broken") => ({ calls: [{ tool, input: { text } }] });
const tools = ["broken", "calculating"];

test("a run whose tool fails the same way again and again is given up, and a replay begins anew", async () => {
  const turns = [1, 2, 3, 4, 5, 6, 7].map((n) => call(`lathe ${n}`));
  const runId = await engine.play(turns, { tools, recovery: { toolTries: 3 } });
  const run = await engine.until(runId, "failed");
  expect(run).toMatchObject({
    stepCount: 3,
    error: {
      code: "tool_gave_up",
      message: "broken failed 3 times with the same error: lathe 3 is out of order",
      details: { tool: "broken", callId: "c3-0", code: "tool_failed", times: 3 },
    },
  });
  expect(await engine.store.deadLetters.get(runId)).toMatchObject({ cause: "unrecoverable" });
  await engine.store.runs.retry(runId, "ann");
  await engine.until(runId, "pending", "running");
  expect(await engine.until(runId, "failed")).toMatchObject({ stepCount: 6 });
});

test("failures that differ, and those of other tools, do not add up", async () => {
  const turns = [
    ...["lathe", "drill", "press"].map((text) => call(text)),
    call("well", "calculating"),
    { text: "done" },
  ];
  const runId = await engine.play(turns, { tools, recovery: { toolTries: 2 } });
  expect(await engine.until(runId, "completed", "failed")).toMatchObject({ output: "done" });
});

test("an agent that asks leaves it to a person, who gives the result", async () => {
  const turns = [call("saw 1"), call("saw 2"), { text: "sawn" }];
  const recovery = { toolTries: 2, onToolFailure: "ask" } as const;
  const runId = await engine.play(turns, { tools, recovery });
  const { interrupts } = await engine.until(runId, "waiting");
  expect(interrupts).toMatchObject([
    { kind: "effect_outcome", callId: "c2-0", prompt: expect.stringContaining("keeps failing") },
  ]);
  await engine.answer(runId, { action: "done", output: "by hand" });
  const run = await engine.until(runId, "completed");
  expect(run).toMatchObject({ output: "sawn" });
  expect(run.steps.find((step) => step.kind === "tool" && step.callId === "c2-0")).toMatchObject({
    status: "done",
    output: "by hand",
  });
});

test("one that is made again and fails again is asked about again; failing it tells the model", async () => {
  const turns = [call("plane 1"), { text: "left it" }];
  const recovery = { toolTries: 1, onToolFailure: "ask" } as const;
  const runId = await engine.play(turns, { tools, recovery });
  const seen = new Set<string>();
  for (const answer of [{ action: "redo" }, { action: "fail", reason: "leave it" }] as const) {
    const newest = async () =>
      (await engine.until(runId, "waiting")).interrupts.find((one) => !seen.has(one.interruptId));
    await expect.poll(newest).toBeDefined();
    seen.add((await newest())?.interruptId ?? "");
    await engine.answer(runId, answer);
  }
  expect(await engine.until(runId, "completed")).toMatchObject({ output: "left it" });
});
