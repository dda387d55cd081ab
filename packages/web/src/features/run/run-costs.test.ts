import { fold, noUsage, type Event, type EventData } from "@flotilla/core";
import { expect, test } from "vitest";
import { runCosts } from "./run-costs.ts";

const usage = { ...noUsage, inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 10 };
const prices = { input: 1_000_000, output: 2_000_000 };
const nothing = { role: "assistant" as const, content: [] };

function journal(...data: EventData[]): Event[] {
  const begun: EventData[] = [
    {
      ...{ type: "run.created", agentId: "agt_1", agentName: "a", agentVersion: 1 },
      input: { text: "q" },
    },
    { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" },
  ];
  return [...begun, ...data].map((one, index) => ({
    ...{ runId: "run_1", seq: index + 1, at: "2026-01-01T00:00:00.000Z" },
    ...one,
  }));
}

const asked = (step: number, model: string, attempt = 1): EventData => ({
  ...{ type: "step.started", step, attempt, model },
});
const answered = (step: number, costMicros: number | null, more = {}): EventData => ({
  ...{ type: "step.completed", step, attempt: 1, message: nothing, usage, finish: "stop" },
  ...{ costMicros, prices, firstTokenMs: null, ms: 1, ...more },
});

const events = journal(
  asked(1, "p/small"),
  { type: "step.delta", step: 1, attempt: 1, text: "so far" },
  {
    ...{ type: "step.failed", step: 1, attempt: 1, usage, usageEstimated: true, costMicros: 500 },
    error: { code: "provider_unavailable", message: "gone" } as never,
    retryInMs: 0,
  },
  asked(1, "p/large", 2),
  answered(1, 9_000, { attempt: 2 }),
  {
    ...{ type: "effect.intended", step: 1, callId: "c1-0", tool: "search", input: {}, attempt: 1 },
    idempotencyKey: "k",
  },
  { type: "effect.done", callId: "c1-0", output: 1, costMicros: 700, ms: 1, via: "executed" },
  asked(2, "p/small"),
  answered(2, 250, { priced: "provider_batch" }),
  asked(3, "p/odd"),
  answered(3, null),
  asked(4, "p/small"),
  answered(4, 0, { priced: "cache", usage: noUsage, saved: { usage, costMicros: 9 } }),
);

test("the sums are those of the folded run, whatever the calls were", () => {
  const run = fold(events);
  const { own, models, steps } = runCosts(events);
  expect(own).toMatchObject({
    ...{ usage: run.usage, costMicros: run.costMicros, isIncomplete: run.costIncomplete },
    ...{ calls: 5, failedCalls: 1, unaskedAnswers: 1 },
  });
  for (const parts of [models, steps]) {
    expect(parts.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(run.costMicros);
  }
});

test("each call is its model's and its step's, the dearest model first", () => {
  const { models, steps } = runCosts(events);
  expect(models.map(({ key, costMicros }) => [key, costMicros])).toEqual([
    ["p/large", 9_000],
    ["p/small", 750],
    ["tool/search", 700],
    ["p/odd", 0],
  ]);
  expect(steps.map(({ key, costMicros, calls }) => [key, costMicros, calls])).toEqual([
    ["m1", 9_500, 2],
    ["c1-0", 700, 1],
    ["m2", 250, 1],
    ["m3", 0, 1],
    ["m4", 0, 0],
  ]);
  expect(models.find(({ key }) => key === "p/odd")?.isIncomplete).toBe(true);
});

test("what a fork has copied is not counted", () => {
  const forked = journal(
    asked(1, "p/large"),
    answered(1, 9_000),
    {
      ...{ type: "run.forked", from: { runId: "run_0", seq: 4 }, changes: {}, by: "ann" },
      effects: "record",
    } as never,
    { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" },
    asked(2, "p/small"),
    answered(2, 250),
  );
  const { own, models, steps } = runCosts(forked);
  expect(own.costMicros).toBe(fold(forked).costMicros);
  expect(models.map(({ key }) => key)).toEqual(["p/small"]);
  expect(steps.map(({ key }) => key)).toEqual(["m2"]);
});
