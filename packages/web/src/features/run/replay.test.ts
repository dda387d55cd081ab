import { fold, type Event, type EventData } from "@flotilla/core";
import { expect, test } from "vitest";
import { openReplay } from "./replay.ts";

/** A run of many model calls, each failing once; every third sequence number is left out. */
function longRun(calls: number): Event[] {
  const data: EventData[] = [
    {
      type: "run.created",
      agentId: "agt_1",
      agentName: "math",
      agentVersion: 1,
      input: { text: "6 × 7?" },
    },
    { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
  ];
  for (let step = 1; step <= calls; step++) {
    data.push(
      { type: "step.started", step, attempt: 1, model: "simulated/small" },
      {
        type: "step.completed",
        step,
        attempt: 1,
        message: { role: "assistant", content: [{ type: "text", text: `Answer ${step}` }] },
        usage: {
          inputTokens: 1,
          cachedInputTokens: 0,
          cacheWriteTokens: 0,
          outputTokens: 1,
          reasoningTokens: 0,
        },
        finish: "stop",
        costMicros: 1,
        firstTokenMs: 1,
        ms: 1,
      },
    );
  }
  return data.map((one, index): Event => ({
    ...one,
    runId: "run_1",
    seq: index + 1 + Math.floor(index / 2),
    at: new Date(index * 1_000).toISOString(),
  }));
}

const events = longRun(400);

test("the state at a place is the fold of the events up to it", () => {
  const replay = openReplay(events);
  for (const index of [700, 3, 801, 0]) {
    expect(replay.runAt(index)).toEqual(fold(events.slice(0, index + 1)));
  }
});

test("a sequence number that is not there stands for the event before it", () => {
  const replay = openReplay(events);
  for (const [index, { seq }] of events.entries()) expect(replay.indexOf(seq)).toBe(index);
  const gap = events.findIndex(({ seq }, index) => (events[index + 1]?.seq ?? 0) > seq + 1);
  expect(replay.indexOf((events[gap] as Event).seq + 1)).toBe(gap);
  expect(replay.indexOf(0)).toBe(-1);
  expect(replay.indexOf(1_000_000)).toBe(events.length - 1);
});
