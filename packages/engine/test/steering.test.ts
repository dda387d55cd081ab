import { setTimeout as sleep } from "node:timers/promises";
import { agentSpecSchema, newId, type AgentSpec, type Run } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { performedCall, writtenTurn } from "../src/index.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

let test: TestEngine;
let release = Promise.withResolvers<string>();
let begun = Promise.withResolvers<void>();
const gate = probe("gate", "unknown", (text) => {
  begun.resolve();
  return text === "wait" ? release.promise : text;
});
const send = probe("send", "unknown", (text) => text);

beforeAll(async () => {
  test = await openTestEngine([gate.tool, send.tool]);
});
afterAll(() => test.close());

const tools = ["gate", "send"];
const spec: AgentSpec = agentSpecSchema.parse({ name: "a", model: "simulated/script", tools });
const toolPort = { list: () => [gate.tool.info, send.tool.info] };
const wait = { calls: [{ tool: "gate", input: { text: "wait" } }] };

/** A run whose call waits until the test lets it go on. */
async function heldRun(turns: object[]): Promise<string> {
  release = Promise.withResolvers<string>();
  begun = Promise.withResolvers<void>();
  const runId = await test.play(turns, { tools });
  await begun.promise;
  return runId;
}

/** Pauses a run; its worker, which listens by the same connection, has heard of it then. */
async function pause(runId: string): Promise<void> {
  const heard = Promise.withResolvers<void>();
  const end = test.store.signals.onSteer((id) => id === runId && heard.resolve());
  await test.store.runs.pause(runId, "ann", "let me see");
  await heard.promise;
  end();
}

async function paused(runId: string): Promise<Run> {
  const run = await test.until(runId, "waiting");
  expect(run).toMatchObject({ waitingFor: { kind: "paused" } });
  return run;
}

const types = async (runId: string) => (await test.events(runId)).map(({ type }) => type);
const act = (runId: string, seq: number, event: Parameters<typeof test.store.runs.act>[2]) =>
  test.store.runs.act(runId, seq, event);

describe("a pause", () => {
  it("waits for the call that is under way, and holds nothing afterwards", async () => {
    const runId = await heldRun([wait, { text: "done" }]);
    await pause(runId);
    await sleep(200);
    expect((await test.store.runs.get(runId)).status).toBe("running");
    release.resolve("let through");
    const run = await paused(runId);
    expect(run.steps.at(-1)).toMatchObject({ kind: "tool", status: "done", output: "let through" });
    await expect.poll(() => test.engine.activeRuns()).toBe(0);
    await test.store.runs.resume(runId, "ann");
    expect(await test.until(runId, "completed")).toMatchObject({ output: "done" });
    expect((await types(runId)).filter((type) => type.startsWith("run."))).toEqual([
      "run.created",
      "run.waiting",
      "run.resumed",
      "run.completed",
    ]);
  });

  it("ends a back-off at once, and its step is tried again afterwards", async () => {
    const slow = { retry: { baseMs: 60_000 } };
    const runId = await test.play([{ fault: "http", status: 500 }, { text: "done" }], {
      model: "simulated/demo?fault=http&status=500",
      ...slow,
    });
    await expect.poll(() => types(runId)).toContain("step.failed");
    const since = Date.now();
    await test.store.runs.pause(runId, "ann");
    await paused(runId);
    expect(Date.now() - since).toBeLessThan(10_000);
    await test.store.runs.resume(runId, "ann");
    await expect
      .poll(async () => (await types(runId)).filter((type) => type === "step.started").length)
      .toBeGreaterThan(1);
    await test.store.runs.cancel(runId, "ann");
    await test.until(runId, "cancelled");
  });

  it("that is withdrawn in time lets the run go on in its segment", async () => {
    const runId = await heldRun([wait, { text: "done" }]);
    await pause(runId);
    await test.store.runs.resume(runId, "ann");
    release.resolve("let through");
    await test.until(runId, "completed");
    expect((await types(runId)).filter((type) => type === "segment.started")).toHaveLength(1);
    expect(await types(runId)).not.toContain("run.waiting");
  });

  it("survives its worker", async () => {
    const runId = await heldRun([wait, { text: "done" }]);
    await pause(runId);
    release.resolve("let through");
    await paused(runId);
    await test.restart(100);
    await sleep(300);
    expect((await test.store.runs.get(runId)).status).toBe("waiting");
    await test.store.runs.resume(runId, "ann");
    await test.until(runId, "completed");
  });
});

describe("what people say", () => {
  it("is read at the next step of a running run, without costing its segment", async () => {
    // Whether its worker hears of it before the second call or during it is a matter of milliseconds.
    const runId = await heldRun([wait, { text: "done" }, { text: "fait" }]);
    await test.store.runs.say(runId, { text: "in French, please", by: "ann" });
    release.resolve("let through");
    const run = await test.until(runId, "completed");
    expect(run.steps.slice(-2)).toMatchObject([
      { kind: "message", text: "in French, please" },
      { kind: "model", status: "completed" },
    ]);
    const all = await types(runId);
    expect(all.filter((type) => type === "segment.started")).toHaveLength(1);
    expect(all.filter((type) => type === "step.restarted")).toEqual([]);
  });

  it("during the last model call is answered before the run completes", async () => {
    const runId = await test.play([{ text: "first answer" }, { text: "second answer" }], {
      model: "typing/script",
    });
    await expect.poll(() => types(runId)).toContain("step.started");
    await test.store.runs.say(runId, { text: "and now?", by: "ann" });
    expect(await test.until(runId, "completed")).toMatchObject({
      stepCount: 2,
      output: "second answer",
    });
    expect((await types(runId)).filter((type) => type === "step.started")).toHaveLength(2);
  });

  it("of many at once while it runs is all kept, in a journal that folds", async () => {
    const more = Array.from({ length: 22 }, () => ({ text: "done" }));
    const runId = await heldRun([wait, ...more]);
    const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    await Promise.all(texts.map((text) => test.store.runs.say(runId, { text, by: "ann" })));
    release.resolve("let through");
    const run = await test.until(runId, "completed");
    const said = run.steps.flatMap((step) => (step.kind === "message" ? [step.text] : []));
    expect(said.toSorted()).toEqual(texts.toSorted());
  });
});

describe("feedback", () => {
  it("is taken by a running run without losing its segment", async () => {
    const runId = await heldRun([wait, { text: "done" }]);
    const feedback = { feedbackId: newId("fbk"), target: { kind: "step", step: 1 } } as const;
    await test.store.feedback.give(runId, { ...feedback, rating: 1, by: "ann" });
    release.resolve("let through");
    const run = await test.until(runId, "completed");
    expect(run.feedback).toMatchObject([{ rating: 1, by: "ann" }]);
    expect((await types(runId)).filter((type) => type === "segment.started")).toHaveLength(1);
  });
});

describe("in a pause a person", () => {
  const pausedBeforeEnd = async () => {
    const runId = await heldRun([wait, { text: "the model's" }, { text: "the model's" }]);
    await pause(runId);
    release.resolve("let through");
    return paused(runId);
  };

  it("takes the model's turn with an answer", async () => {
    const run = await pausedBeforeEnd();
    const given = { text: "a person's", calls: [], by: "ann" };
    const turn = writtenTurn(run, spec, toolPort, given, Date.now());
    await act(run.runId, run.seq, turn);
    await test.store.runs.resume(run.runId, "ann");
    const ended = await test.until(run.runId, "completed");
    expect(ended).toMatchObject({ output: "a person's", stepCount: 2 });
    expect(ended.steps.at(-1)).toMatchObject({ kind: "model", by: "ann", costMicros: 0 });
  });

  it("takes the model's turn with calls, which are made and go back to the model", async () => {
    const run = await pausedBeforeEnd();
    const calls = [{ tool: "send", input: { text: "by hand" } }];
    const turn = writtenTurn(run, spec, toolPort, { text: "", calls, by: "ann" }, Date.now());
    await act(run.runId, run.seq, turn);
    await test.store.runs.resume(run.runId, "ann");
    const ended = await test.until(run.runId, "completed");
    expect(ended.steps).toContainEqual(
      expect.objectContaining({ kind: "tool", callId: "c2-0", status: "done", output: "by hand" }),
    );
    expect(send.keys).toContain(`${run.runId}:c2-0`);
    expect(ended.stepCount).toBe(3);
  });

  it("performs a call in the tool's place, which is never made", async () => {
    const run = await pausedBeforeEnd();
    const calls = [{ tool: "send", input: { text: "to whom?" } }];
    const turn = writtenTurn(run, spec, toolPort, { text: "", calls, by: "ann" }, Date.now());
    await act(run.runId, run.seq, turn);
    const written = await paused(run.runId);
    const given = { callId: "c2-0", output: "I called them", by: "ann" };
    await act(run.runId, written.seq, performedCall(written, toolPort, given));
    await test.store.runs.resume(run.runId, "ann");
    const ended = await test.until(run.runId, "completed");
    expect(ended.steps).toContainEqual(
      expect.objectContaining({ kind: "tool", callId: "c2-0", output: "I called them" }),
    );
    expect(send.keys).not.toContain(`${run.runId}:c2-0`);
  });

  it("is refused what does not fit", async () => {
    const run = await pausedBeforeEnd();
    const write = (text: string, calls: { tool: string; input: object }[], own = spec) =>
      writtenTurn(run, own, toolPort, { text, calls: calls as never, by: "ann" }, Date.now());
    expect(() => write("", [{ tool: "hammer", input: {} }])).toThrow(/no tool "hammer"/);
    expect(() => write("", [{ tool: "send", input: {} }])).toThrow(/does not fit its schema/);
    const output = { type: "object", required: ["n"] };
    expect(() => write("no JSON", [], { ...spec, output })).toThrow(/not valid JSON/);
    // The call of the first turn was made.
    const perform = (callId: string, result: string) =>
      performedCall(run, toolPort, { callId, output: result, by: "ann" });
    expect(() => perform("c1-0", "again")).toThrow(/cannot be performed|no open call/);
    expect(() => perform("c9-0", "x")).toThrow(/no open call/);
    await test.store.runs.cancel(run.runId, "ann");
  });

  it("and a run whose answer is there is not the model's turn", async () => {
    const run = await pausedBeforeEnd();
    const turn = writtenTurn(
      run,
      spec,
      toolPort,
      { text: "mine", calls: [], by: "ann" },
      Date.now(),
    );
    await act(run.runId, run.seq, turn);
    const written = await paused(run.runId);
    const again = () =>
      writtenTurn(written, spec, toolPort, { text: "more", calls: [], by: "ann" }, Date.now());
    expect(again).toThrow(/it has its answer/);
    await test.store.runs.say(run.runId, { text: "are you sure?", by: "bob" });
    const asked = await paused(run.runId);
    const sure = writtenTurn(
      asked,
      spec,
      toolPort,
      { text: "yes", calls: [], by: "ann" },
      Date.now(),
    );
    await act(run.runId, asked.seq, sure);
    await test.store.runs.resume(run.runId, "ann");
    expect(await test.until(run.runId, "completed")).toMatchObject({ output: "yes" });
  });
});
