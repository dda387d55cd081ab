import { InputNeeded, type GivenInput, type ToolStep } from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { openTestEngine, type TestEngine } from "./platform.ts";

const seen: (GivenInput | undefined)[] = [];
const text = { kind: "text" } as const;

const book = defineTool({
  name: "book",
  description: "Books a table, once it knows for how many and when.",
  input: z.strictObject({}),
  output: z.string(),
  recovery: "unknown",
  timeoutMs: 5_000,
  maxAttempts: 1,
  call(_input, { given }) {
    seen.push(given);
    const asked = [
      { key: "people", prompt: "For how many?", form: text },
      { key: "time", prompt: "When?", form: text },
    ];
    if (!given) throw new InputNeeded(asked, { table: 7 });
    const { answers, state } = given;
    if (!("name" in answers)) {
      throw new InputNeeded([{ key: "name", prompt: "In whose name?", form: text }], state);
    }
    return JSON.stringify({ answers, state });
  },
});

const consult = defineTool({
  name: "consult",
  description: "Asks a model.",
  input: z.strictObject({ text: z.string() }),
  output: z.json(),
  recovery: "idempotent",
  timeoutMs: 10_000,
  maxAttempts: 1,
  async call({ text: asked }, { model }) {
    const messages = [{ role: "user" as const, text: asked }];
    const instructions = JSON.stringify({ turns: [{ text: "42" }] });
    return { ...(await model({ messages, instructions, maxOutputTokens: 100 })) };
  },
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([book, consult]);
});
afterAll(() => test.close());

const call = (tool: string, input: object = {}) => ({ calls: [{ tool, input }] });

it("a call that asks lets its run wait, and is made again with all that was answered", async () => {
  seen.length = 0;
  const runId = await test.play([call("book"), { text: "end" }], { tools: ["book"] });
  const waiting = await test.until(runId, "waiting");
  expect(waiting.interrupts.map(({ prompt, kind }) => [kind, prompt])).toEqual([
    ["question", "For how many?"],
    ["question", "When?"],
  ]);
  // Whoever takes the run up knows what was asked.
  await test.restart(100);
  const [people, time] = waiting.interrupts.map(({ interruptId }) => ({ runId, interruptId }));
  const one = (value: string) => () => ({
    by: "ann",
    answer: { action: "reply" as const, value },
  });
  if (!people || !time) throw new Error("two questions are open");
  expect(await test.store.interrupts.answer([people], one("four"))).toEqual([null]);
  expect(seen).toHaveLength(1);
  expect(await test.store.interrupts.answer([time], one("eight"))).toEqual([null]);
  await expect.poll(async () => (await test.store.inbox.open([runId])).length).toBe(1);
  await test.until(runId, "waiting");
  await test.answer(runId, { action: "reject", reason: "None of its business." });
  const run = await test.until(runId, "completed");
  const step = run.steps.find((found): found is ToolStep => found.kind === "tool");
  const answers = { people: { value: "four" }, time: { value: "eight" }, name: null };
  expect(step).toMatchObject({ status: "done", given: { answers, state: { table: 7 } } });
  expect(JSON.parse(step?.output as string)).toEqual({ answers, state: { table: 7 } });
  expect(step?.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(seen).toHaveLength(3);
});

it("what a call asks a model is in the journal and on the run's bill", async () => {
  const turns = [call("consult", { text: "What is 6 times 7?" }), { text: "end" }];
  const runId = await test.play(turns, { tools: ["consult"] });
  const run = await test.until(runId, "completed");
  const events = await test.events(runId);
  const asked = events.find((event) => event.type === "model.asked");
  expect(asked).toMatchObject({ callId: "c1-0", call: { model: "simulated/script" } });
  const own = run.steps.flatMap((step) =>
    step.kind === "model" && step.usage ? [step.usage] : [],
  );
  const tokens = own.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const usage = asked?.type === "model.asked" ? asked.call.usage.inputTokens : 0;
  expect(usage).toBeGreaterThan(0);
  expect(run.usage.inputTokens).toBe(tokens + usage);
  expect((await test.store.runs.get(runId)).inputTokens).toBe(run.usage.inputTokens);
});

it("a run that has spent what it may asks no model for its calls", async () => {
  const turns = [call("consult", { text: "again" }), { text: "end" }];
  const spec = { tools: ["consult"], limits: { maxCostUsd: 0.000_001 } };
  const runId = await test.play(turns, spec);
  const run = await test.until(runId, "completed", "failed");
  const events = await test.events(runId);
  expect(events.some((event) => event.type === "model.asked")).toBe(false);
  expect(run.steps.find((step) => step.kind === "tool")).toMatchObject({ status: "failed" });
});
