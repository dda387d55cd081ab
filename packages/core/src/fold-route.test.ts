import { describe, expect, it } from "vitest";
import type { Event, EventData } from "./event.ts";
import { escalations } from "./fold-route.ts";
import { fold } from "./fold.ts";
import { messageText, type AssistantMessage } from "./message.ts";
import { transcript } from "./transcript.ts";
import { noUsage } from "./usage.ts";

const usage = { ...noUsage, inputTokens: 10, outputTokens: 2 };
const call = { model: "p/judge", usage, costMicros: 7, ms: 1 };

function answered(step: number, model: string, text: string): EventData[] {
  const message: AssistantMessage = { role: "assistant", content: [{ type: "text", text }] };
  return [
    { type: "step.started", step, attempt: 1, model },
    {
      ...{ type: "step.completed", step, attempt: 1, message, usage, finish: "stop" },
      ...{ costMicros: 5, firstTokenMs: 1, ms: 2 },
    },
  ];
}

function history(...rest: EventData[]): Event[] {
  const created: EventData[] = [
    {
      ...{ type: "run.created", agentId: "agt_1", agentName: "a", agentVersion: 1 },
      input: { text: "question" },
    },
    { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
  ];
  return [...created, ...rest].map((data, index) => ({
    ...{ runId: "run_1", seq: index + 1, at: new Date(index).toISOString() },
    ...data,
  }));
}

const escalated: EventData = {
  ...{ type: "answer.escalated", step: 1, model: "p/small", confidence: 0.2, minimum: 0.5 },
  ...{ next: "p/large", call },
};

describe("an escalated run", () => {
  const run = fold(
    history(...answered(1, "p/small", "maybe"), escalated, ...answered(2, "p/large", "surely")),
  );

  it("has a conversation that begins anew, and costs that do not", () => {
    expect(transcript(run).map(messageText)).toEqual(["question", "surely"]);
    expect(run).toMatchObject({ costMicros: 17, stepCount: 2, usage: { inputTokens: 30 } });
  });

  it("knows who was asked and where it stays", () => {
    expect(escalations(run)).toEqual({ pinned: "p/large", asked: ["p/small"] });
  });
});

it("only a completed answer can be judged, and only while nothing follows it", () => {
  const judged: EventData = {
    type: "answer.judged",
    step: 1,
    model: "p/m",
    confidence: 1,
    minimum: 0.5,
  };
  const [started, completed] = answered(1, "p/m", "x") as [EventData, EventData];
  expect(() => fold(history(started, judged))).toThrow("cannot follow");
  expect(() => fold(history(started, completed, escalated, judged))).toThrow("cannot follow");
  expect(fold(history(started, completed, judged)).steps[0]).toMatchObject({
    judged: { confidence: 1, minimum: 0.5 },
  });
});

it("a call that classifies the task counts, with its price unknown too", () => {
  const classified: EventData = {
    ...{ type: "task.classified", route: "r", taskClass: "sums" },
    call: { ...call, costMicros: null },
  };
  expect(fold(history(classified))).toMatchObject({
    classified: { taskClass: "sums" },
    costIncomplete: true,
    usage,
  });
});
