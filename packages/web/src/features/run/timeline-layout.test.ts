import { fold, type Event, type EventData } from "@flotilla/core";
import { expect, test } from "vitest";
import { pausesOf } from "./pause.ts";
import { isIn, layoutTimeline, scaleOf } from "./timeline-layout.ts";

const origin = Date.parse("2026-01-01T00:00:00.000Z");

/** Events at milliseconds after the origin; the run itself is created and started at 0. */
function history(...later: [ms: number, data: EventData][]): Event[] {
  const all: [number, EventData][] = [
    [
      0,
      { type: "run.created", agentId: "a", agentName: "a", agentVersion: 1, input: { text: "" } },
    ],
    [0, { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" }],
    ...later,
  ];
  return all.map(([ms, data], index): Event => ({
    ...data,
    runId: "run_1",
    seq: index + 1,
    at: new Date(origin + ms).toISOString(),
  }));
}

const layout = (events: Event[], nowMs: number) =>
  layoutTimeline(fold(events), pausesOf(events), origin + nowMs);

const calls = (count: number): EventData => ({
  type: "step.completed",
  step: 1,
  attempt: 1,
  message: {
    role: "assistant",
    content: Array.from({ length: count }, (_, index) => ({
      type: "tool_call" as const,
      callId: `c1-${index}`,
      tool: "clock",
      input: {},
    })),
  },
  usage: {
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  },
  finish: "tool_calls",
  costMicros: null,
  firstTokenMs: null,
  ms: 100,
});
const intended = (index: number): EventData => ({
  type: "effect.intended",
  step: 1,
  callId: `c1-${index}`,
  tool: "clock",
  input: {},
  attempt: 1,
  idempotencyKey: `run_1:c1-${index}`,
});
const done = (index: number): EventData => ({
  type: "effect.done",
  callId: `c1-${index}`,
  output: null,
  ms: 1,
  via: "executed",
});
const model = (attempt: number): EventData => ({
  type: "step.started",
  step: 1,
  attempt,
  model: "s/m",
});
const overloaded = {
  code: "model_overloaded",
  message: "busy",
  class: "transient",
  remedy: "wait",
} as const;

test("parallel tool calls overlap", () => {
  const timeline = layout(
    history(
      [10, model(1)],
      [100, calls(2)],
      [101, intended(0)],
      [101, intended(1)],
      [150, done(0)],
      [400, done(1)],
    ),
    9_999,
  );
  expect(timeline.rows.map((row) => [row.key, row.startMs, row.endMs])).toEqual([
    ["m1", 10, 100],
    ["c1-0", 101, 150],
    ["c1-1", 101, 400],
  ]);
  expect(scaleOf(timeline).at(200)).toBe(0.5);
});

test("the wait of a call for its turn is no part of the call", () => {
  const wait: EventData = {
    type: "step.waiting",
    step: 1,
    attempt: 1,
    for: { cause: "requests", of: "s/m", expectedAt: null },
  };
  const waiting = history([0, model(1)], [5, wait]);
  expect(layout(waiting, 80).rows[0]).toMatchObject({
    bars: [{ startMs: 0, calledMs: 80, endMs: 80, outcome: "waiting" }],
  });
  const admitted: EventData = {
    type: "step.admitted",
    step: 1,
    attempt: 1,
    waited: { requests: 70, tokens: 20 },
  };
  expect(layout(history([0, model(1)], [5, wait], [90, admitted]), 200).rows[0]).toMatchObject({
    bars: [{ startMs: 0, calledMs: 90, endMs: 200, outcome: "running" }],
  });
});

test("each attempt has its own bar, and what runs reaches to now", () => {
  const { rows } = layout(
    history(
      [0, model(1)],
      [50, { type: "step.failed", step: 1, attempt: 1, error: overloaded, retryInMs: 100 }],
      [150, model(2)],
      [200, { type: "step.restarted", step: 1, attempt: 3, model: "s/m", reason: "takeover" }],
    ),
    500,
  );
  expect(rows[0]).toMatchObject({
    endMs: 500,
    bars: [
      { attempt: 1, startMs: 0, endMs: 50, outcome: "failed" },
      { attempt: 2, startMs: 150, endMs: 200, outcome: "lost" },
      { attempt: 3, startMs: 200, endMs: 500, outcome: "running" },
    ],
  });
});

test("between two attempts a step reaches to now", () => {
  const failed = { step: 1, attempt: 1, error: overloaded, retryInMs: 5_000 };
  const { rows } = layout(history([0, model(1)], [50, { type: "step.failed", ...failed }]), 700);
  expect(rows[0]).toMatchObject({ endMs: 700, bars: [{ endMs: 50, outcome: "failed" }] });
});

test("a wait is a row from its start to the next segment", () => {
  const until = new Date(origin + 900).toISOString();
  const { rows } = layout(
    history(
      [10, model(1)],
      [20, { type: "step.failed", step: 1, attempt: 1, error: overloaded, retryInMs: 800 }],
      [30, { type: "run.waiting", for: { kind: "timer", until, why: overloaded } }],
      [900, { type: "segment.started", segment: 2, epoch: 2, worker: "w", cause: "timer" }],
    ),
    5_000,
  );
  expect(rows.at(-1)).toMatchObject({
    kind: "pause",
    startMs: 30,
    endMs: 900,
    pause: { why: overloaded },
  });
});

test("an effect nobody knows the outcome of ends where it was cut off", () => {
  const { rows } = layout(
    history(
      [0, model(1)],
      [10, calls(1)],
      [20, intended(0)],
      [90, { type: "effect.unknown", callId: "c1-0", reason: "worker died" }],
    ),
    10_000,
  );
  expect(rows.at(-1)).toMatchObject({ bars: [{ outcome: "unknown", startMs: 20, endMs: 20 }] });
});

test("a call that waits for a person lasts until he has answered, and shows no attempt", () => {
  const asked = history(
    [0, { type: "step.started", step: 1, attempt: 1, model: "m" }],
    [100, calls(1)],
    [
      110,
      {
        type: "interrupt.raised",
        kind: "approval",
        interruptId: "int_1",
        prompt: "May it?",
        callId: "c1-0",
        step: 1,
        tool: "clock",
        input: {},
        hash: "0".repeat(64),
      },
    ],
    [110, { type: "run.waiting", for: { kind: "interrupt", interruptIds: ["int_1"] } }],
  );
  const row = layout(asked, 5_000).rows.find(({ key }) => key === "c1-0");
  expect(row).toMatchObject({ kind: "step", startMs: 110, endMs: 5_000, bars: [] });
});

test("what was said stands where it was said", () => {
  const said = history([250, { type: "message.added", step: 0, text: "Be brief.", by: "Ann" }]);
  expect(layout(said, 1_000).rows).toMatchObject([
    { kind: "message", startMs: 250, endMs: 250, message: { text: "Be brief.", by: "Ann" } },
  ]);
});

test("of a window are the rows that have something in it, points too", () => {
  const events = history(
    [0, { type: "step.started", step: 1, attempt: 1, model: "m" }],
    [100, calls(2)],
    [100, intended(0)],
    [300, intended(1)],
  );
  const { rows } = layout(events, 500);
  const keys = (startMs: number, endMs: number) =>
    rows.filter((row) => isIn(row, { startMs, endMs })).map(({ key }) => key);
  expect(keys(0, 50)).toEqual(["m1"]);
  expect(keys(150, 200)).toEqual(["c1-0"]);
  expect(keys(100, 300)).toEqual(["m1", "c1-0", "c1-1"]);
});

test("the wait for other runs is as long as it was once their steps are shown", () => {
  const events = history(
    [0, { type: "step.started", step: 1, attempt: 1, model: "m" }],
    [100, calls(1)],
    [100, { type: "run.waiting", for: { kind: "children", runIds: ["run_2"] } }],
    [900, { type: "segment.started", segment: 2, epoch: 2, worker: "w", cause: "children" }],
    [900, { type: "step.started", step: 2, attempt: 1, model: "m" }],
  );
  const timeline = layout(events, 1_000);
  expect(scaleOf(timeline).at(900)).toBeLessThan(0.7);
  expect(scaleOf(timeline, { showsChildren: true }).at(900)).toBeCloseTo(0.9);
});
