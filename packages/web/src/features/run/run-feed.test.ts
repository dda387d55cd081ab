import type { Event, EventData } from "@flotilla/core";
import { expect, test } from "vitest";
import { emptyFeed, extendFeed } from "./run-feed.ts";

const usage = {
  inputTokens: 5,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 2,
  reasoningTokens: 0,
};
const data: EventData[] = [
  {
    type: "run.created",
    agentId: "agt_1",
    agentName: "math",
    agentVersion: 1,
    input: { text: "6 × 7?" },
  },
  { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
  { type: "step.started", step: 1, attempt: 1, model: "simulated/small" },
  { type: "step.delta", step: 1, attempt: 1, text: "It is " },
  { type: "step.delta", step: 1, attempt: 1, text: "42." },
  {
    type: "step.completed",
    step: 1,
    attempt: 1,
    message: { role: "assistant", content: [{ type: "text", text: "It is 42." }] },
    usage,
    finish: "stop",
    costMicros: 3,
    firstTokenMs: 10,
    ms: 50,
  },
  { type: "run.completed", output: "It is 42." },
];
const events = data.map((one, index): Event => ({
  ...one,
  runId: "run_1",
  seq: index + 1,
  at: new Date(index).toISOString(),
}));

test("a stream in pieces gives the same run as the whole", () => {
  const whole = extendFeed(emptyFeed, events);
  let pieces = emptyFeed;
  for (const event of events) pieces = extendFeed(pieces, [event]);
  expect(pieces).toEqual(whole);
  expect(whole.phase).toBe("ended");
  expect(whole.run?.costMicros).toBe(3);
});

test("partial text is there while its step runs and its deltas go when it completes", () => {
  const running = extendFeed(emptyFeed, events.slice(0, 5));
  expect(running.run?.steps[0]).toMatchObject({ partialText: "It is 42." });
  expect(running.events).toHaveLength(5);
  const done = extendFeed(running, events.slice(5, 6));
  expect(done.events.map((event) => event.type)).not.toContain("step.delta");
});

test("events it has already are not folded twice", () => {
  const running = extendFeed(emptyFeed, events.slice(0, 5));
  expect(extendFeed(running, events.slice(2, 5))).toBe(running);
  const next = extendFeed(running, events.slice(3));
  expect(next.run?.usage.outputTokens).toBe(2);
});
