import { describe, expect, it } from "vitest";
import type { Event, EventData } from "./event.ts";
import { fold } from "./fold.ts";
import { transcript } from "./transcript.ts";
import { noUsage } from "./usage.ts";

const created: EventData = {
  type: "run.created",
  agentId: "agt_1",
  agentName: "a",
  agentVersion: 1,
  input: { text: "go" },
};
const begun: EventData = {
  ...{ type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" },
};
const paused: EventData = { type: "run.waiting", for: { kind: "paused", by: "ann" } };
const resumed: EventData = { type: "run.resumed", by: "ann" };
const next = (segment: number): EventData => ({
  ...{ type: "segment.started", segment, epoch: segment, worker: "w", cause: "paused" },
});
const started = (step: number, attempt = 1): EventData => ({
  ...{ type: "step.started", step, attempt, model: "p/m" },
});
const failed = (step: number): EventData => ({
  ...{ type: "step.failed", step, attempt: 1, retryInMs: 0 },
  error: { code: "cancelled", message: "m", class: "permanent", remedy: "r" },
});
const say = (step: number, text: string): EventData => ({
  ...{ type: "message.added", step, text, by: "ann" },
});

function completed(step: number, text: string, callId?: string): EventData {
  const call = { type: "tool_call", callId: callId ?? "", tool: "t", input: {} } as const;
  return {
    ...{ type: "step.completed", step, attempt: 1, usage: noUsage, costMicros: 0 },
    message: { role: "assistant", content: callId ? [call] : [{ type: "text", text }] },
    ...{ finish: callId ? "tool_calls" : "stop", firstTokenMs: 1, ms: 2 },
  };
}

function run(...events: EventData[]) {
  return fold(
    [created, begun, ...events].map((data, index): Event => ({
      ...{ runId: "run_1", seq: index + 1, at: "2026-01-01T00:00:00.000Z" },
      ...data,
    })),
  );
}

/** The conversation, a word for each message. */
function told(...events: EventData[]): string[] {
  return transcript(run(...events)).map((message) => {
    if (message.role === "tool")
      return `result ${message.results.map(({ callId }) => callId).join()}`;
    return message.content.map((part) => (part.type === "text" ? part.text : "call")).join();
  });
}

describe("a message", () => {
  it("while a call is open is read after its result", () => {
    const intended: EventData = {
      ...{ type: "effect.intended", step: 1, callId: "c1-0", tool: "t", input: {}, attempt: 1 },
      idempotencyKey: "k",
    };
    const done: EventData = {
      ...{ type: "effect.done", callId: "c1-0", output: 1, ms: 1, via: "executed" },
    };
    const before = [started(1), completed(1, "", "c1-0"), say(1, "hello"), intended, done];
    expect(told(...before)).toEqual(["go", "call", "result c1-0", "hello"]);
    const during = [started(1), completed(1, "", "c1-0"), intended, say(1, "hello"), done];
    expect(told(...during)).toEqual(["go", "call", "result c1-0", "hello"]);
  });

  it("while a model call is tried again is read by the next try", () => {
    const events = [started(1), failed(1), say(0, "hello"), started(1, 2), completed(1, "hi")];
    expect(told(...events)).toEqual(["go", "hello", "hi"]);
    const { steps } = run(...events);
    expect(steps.map(({ kind }) => kind)).toEqual(["message", "model"]);
    expect(steps[1]).toMatchObject({ attempts: [{ attempt: 1 }, { attempt: 2 }] });
  });

  it("while a model call is with somebody else is read after its answer", () => {
    const events = [started(1), say(0, "hello"), completed(1, "hi")];
    expect(run(...events).steps.map(({ kind }) => kind)).toEqual(["model", "message"]);
    expect(run(...events).stepCount).toBe(1);
  });
});

describe("a person's turn", () => {
  const written: EventData = {
    ...{ type: "step.written", step: 1, by: "ann" },
    message: { role: "assistant", content: [{ type: "text", text: "mine" }] },
  };

  it("takes the place of a step that was broken off, after what was said", () => {
    const events = [started(1), failed(1), say(0, "hello"), paused, written, resumed, next(2)];
    expect(told(...events)).toEqual(["go", "hello", "mine"]);
    expect(run(...events)).toMatchObject({ stepCount: 1, status: "running" });
  });

  it("is taken in a pause alone", () => {
    expect(() => run(written)).toThrow(/cannot follow/);
    expect(() => run(paused, resumed, next(2), written)).toThrow(/cannot follow/);
  });
});
