import {
  agentSpecSchema,
  fold,
  routesSchema,
  transcript,
  type Event,
  type ModelStep,
  type Run,
} from "@flotilla/core";
import { openModels, openRouter, startSimulator, type Simulator } from "@flotilla/models";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextAction } from "../src/next-action.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const script = (...turns: object[]) => JSON.stringify({ turns });
const look = probe("look", "idempotent", (text) => text);
const send = probe("send", "unknown", (text) => text);
const first = "simulated/script";
const second = "other/script";
const sure = {
  minimum: 0.5,
  scorer: { kind: "rules", requires: { regex: "sure", score: 0 } },
} as const;
const routes = {
  sure: { targets: [first, second], confidence: sure },
  judged: {
    targets: [first, second],
    confidence: {
      minimum: 0.5,
      scorer: { kind: "model", model: "simulated/script", prompt: script({ text: "0.2" }) },
    },
  },
  "judged-slowly": {
    targets: [first, second],
    confidence: {
      minimum: 0.5,
      scorer: { kind: "model", model: "slow/script", prompt: script({ text: "0.2 ".repeat(900) }) },
    },
  },
  "judge-away": {
    targets: [first, second],
    confidence: {
      minimum: 0.5,
      scorer: { kind: "model", model: "simulated/demo?fault=http&status=500" },
    },
  },
  sorted: {
    strategy: "by_class",
    targets: [first],
    classes: { sums: { match: ["add"], targets: [second] }, letters: { targets: [second] } },
    classifier: { model: "simulated/script", prompt: script({ text: "letters" }) },
  },
  unsorted: {
    strategy: "by_class",
    targets: [first],
    classes: { letters: { targets: [second] } },
    classifier: { model: "simulated/demo?fault=http&status=500" },
  },
} as const;

let test: TestEngine;
let slow: Simulator;
beforeAll(async () => {
  slow = await startSimulator({ tokensPerSecond: 20 });
  test = await openTestEngine([look.tool, send.tool], undefined, {
    providers: {
      other: { kind: "simulated" },
      slow: { kind: "simulated", baseURL: slow.url },
    },
    routes: routes as never,
  });
});
afterAll(async () => {
  await test.close();
  await slow.close();
});

const models = (run: Run) =>
  run.steps.filter((step): step is ModelStep => step.kind === "model").map((step) => step.model);
const call = (tool: string, text: string) => ({ calls: [{ tool, input: { text } }] });
const typesOf = (events: Event[]) => events.map(({ type }) => type);

describe("a final answer that its route is not sure of", () => {
  it("is asked of the next target, from the start; both calls count", async () => {
    const runId = await test.play([{ text: "maybe" }], { model: "route/sure" });
    const run = await test.until(runId, "completed");
    expect(models(run)).toEqual([first, second]);
    expect(run).toMatchObject({ stepCount: 2, output: "maybe" });
    expect(run.steps[1]).toMatchObject({
      kind: "escalation",
      model: first,
      confidence: 0,
      minimum: 0.5,
      next: second,
    });
    expect(run.steps[2]).toMatchObject({ judged: { confidence: 0, minimum: 0.5 } });
    const [before, , after] = run.steps as [ModelStep, unknown, ModelStep];
    // The second was sent what the first was sent, no more.
    expect(after.usage?.inputTokens).toBe(before.usage?.inputTokens);
    expect(run.costMicros).toBe((before.costMicros ?? 0) + (after.costMicros ?? 0));
  });

  it("stands when it is sure enough", async () => {
    const run = await test.until(
      await test.play([{ text: "I am sure" }], { model: "route/sure" }),
      "completed",
    );
    expect(models(run)).toEqual([first]);
    expect(run.steps[0]).toMatchObject({ judged: { confidence: 1 } });
  });

  it("stands when the agent has acted in a way that must not be repeated", async () => {
    const turns = [call("send", "a"), { text: "maybe" }];
    const run = await test.until(
      await test.play(turns, { model: "route/sure", tools: ["send", "look"] }),
      "completed",
    );
    expect(models(run)).toEqual([first, first]);
    expect(send.keys).toHaveLength(1);
  });

  it("starts anew after calls that may be repeated, and stays with the new target", async () => {
    const turns = [call("look", "a"), { text: "maybe" }];
    const run = await test.until(
      await test.play(turns, { model: "route/sure", tools: ["look"] }),
      "completed",
    );
    expect(models(run)).toEqual([first, first, second, second]);
    expect(new Set(look.keys).size).toBe(2);
    const choices = run.steps.flatMap((step) => (step.kind === "model" ? step.attempts : []));
    expect(choices[3]?.choice?.reason).toBe("the answer before was not sure enough");
    expect(transcript(run).map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "assistant",
    ]);
  });

  it("is judged by a model, whose call is counted and in the journal", async () => {
    const runId = await test.play([{ text: "maybe" }], { model: "route/judged" });
    const run = await test.until(runId, "completed");
    expect(models(run)).toEqual([first, second]);
    const escalated = (await test.events(runId)).find(({ type }) => type === "answer.escalated");
    expect(escalated).toMatchObject({ confidence: 0.2, call: { model: "simulated/script" } });
    const steps = run.steps.filter((step): step is ModelStep => step.kind === "model");
    const own = steps.reduce((sum, step) => sum + (step.costMicros ?? 0), 0);
    expect(run.costMicros).toBeGreaterThan(own);
    const { costMicros } = await test.store.runs.get(runId);
    expect(costMicros).toBe(run.costMicros);
  });

  it("is in the journal while its judge is asked: a crash does not lose it", async () => {
    const runId = await test.play([{ text: "maybe" }], { model: "route/judged-slowly" });
    await expect.poll(() => slow.requests, { timeout: 10_000 }).toBe(1);
    const types = typesOf(await test.events(runId));
    expect(types).toContain("step.completed");
    expect(types).not.toContain("answer.escalated");
    await test.store.runs.cancel(runId, "person");
    await test.until(runId, "cancelled");
  });

  it("stands when the judge cannot be asked", async () => {
    const runId = await test.play([{ text: "maybe" }], { model: "route/judge-away" });
    const run = await test.until(runId, "completed");
    expect(models(run)).toEqual([first]);
    expect((await test.events(runId)).find(({ type }) => type === "answer.judged")).toMatchObject({
      confidence: null,
      error: { code: "model_unavailable" },
    });
  });
});

describe("the class of a task", () => {
  it("is asked of a small model where no rule fits, once", async () => {
    const turns = [call("look", "b"), { text: "end" }];
    const runId = await test.play(turns, { model: "route/sorted", tools: ["look"] });
    const run = await test.until(runId, "completed");
    expect(models(run)).toEqual([second, second]);
    expect(
      typesOf(await test.events(runId)).filter((type) => type === "task.classified"),
    ).toHaveLength(1);
    expect(run.classified).toEqual({ taskClass: "letters" });
  });

  it("is none when that model fails", async () => {
    const runId = await test.play([{ text: "end" }], { model: "route/unsorted" });
    const run = await test.until(runId, "completed");
    expect(models(run)).toEqual([first]);
    expect((await test.events(runId)).find(({ type }) => type === "task.classified")).toMatchObject(
      {
        taskClass: null,
        error: { code: "model_unavailable" },
      },
    );
  });
});

it("after a crash at any point, what comes next follows from the journal alone", async () => {
  const turns = [call("look", "c"), { text: "maybe" }];
  const runId = await test.play(turns, { model: "route/sure", tools: ["look"] });
  await test.until(runId, "completed");
  const events = await test.events(runId);
  const spec = agentSpecSchema.parse({ name: "a", model: "route/sure", tools: ["look"] });
  const rules = openRouter({
    routes: routesSchema.parse(routes),
    models: openModels({ providers: {} }, {}),
    targets: test.store.targets,
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    random: () => 0,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }).rules({ name: spec.model, agentName: "a", text: "go" });
  const actions = events.flatMap((event, index) => {
    const run = fold(events.slice(0, index + 1));
    if (run.status !== "running") return [];
    const action = nextAction(run, spec, Date.parse(event.at), rules);
    const step = "step" in action ? ` ${action.step}` : "";
    return [`${event.type} → ${action.kind}${step}`];
  });
  const round = (step: number) => [
    `step.started → call_model ${step}`,
    "step.completed → call_tools",
    "effect.intended → call_tools",
    `effect.done → call_model ${step + 1}`,
    `step.started → call_model ${step + 1}`,
    `step.completed → judge_answer ${step + 1}`,
  ];
  expect(actions).toEqual([
    "segment.started → call_model 1",
    ...round(1),
    "answer.escalated → call_model 3",
    ...round(3),
    "answer.judged → complete",
  ]);
});
