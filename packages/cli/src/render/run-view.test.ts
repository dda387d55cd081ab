import type { Event, EventData } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { plain } from "../terminal.ts";
import { createRunView } from "./run-view.ts";

const usage = {
  inputTokens: 1_200,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 40,
  reasoningTokens: 0,
};

/** Events as the journal hands them out, a second apart. */
function journal(events: EventData[], from = 1): Event[] {
  return events.map((event, index) => ({
    runId: "run_1",
    seq: from + index,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, from + index)).toISOString(),
    ...event,
  }));
}

const begun: EventData[] = [
  {
    type: "run.created",
    agentId: "agt_1",
    agentName: "math",
    agentVersion: 1,
    input: { text: "What is 6 × 7?" },
  },
  { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
  { type: "step.started", step: 1, attempt: 1, model: "simulated/demo" },
];

function answered(text: string): EventData {
  return {
    type: "step.completed",
    step: 1,
    attempt: 1,
    message: { role: "assistant", content: [{ type: "text", text }] },
    usage,
    finish: "stop",
    costMicros: 12_300,
    firstTokenMs: 20,
    ms: 400,
  };
}

function shown(events: EventData[], tokens = true): string {
  const view = createRunView(plain, tokens);
  return journal(events)
    .map((event) => view.show(event))
    .join("");
}

const calculation: EventData[] = [
  ...begun,
  { type: "step.delta", step: 1, attempt: 1, text: "Let me calculate" },
  {
    type: "step.completed",
    step: 1,
    attempt: 1,
    message: {
      role: "assistant",
      content: [
        { type: "text", text: "Let me calculate." },
        { type: "tool_call", callId: "c1-0", tool: "calculator", input: { expression: "6*7" } },
      ],
    },
    usage,
    finish: "tool_calls",
    costMicros: 12_300,
    firstTokenMs: 20,
    ms: 400,
  },
  {
    type: "effect.intended",
    step: 1,
    callId: "c1-0",
    tool: "calculator",
    input: { expression: "6*7" },
    attempt: 1,
    idempotencyKey: "run_1:c1-0",
  },
  { type: "effect.done", callId: "c1-0", output: { result: "42" }, ms: 3, via: "executed" },
  { type: "step.started", step: 2, attempt: 1, model: "simulated/demo" },
  { ...answered("It is 42."), step: 2 } as EventData,
  { type: "run.completed", output: "It is 42." },
];

describe("a run shown event by event", () => {
  test("tokens, tool calls and the ending read like a conversation", () => {
    expect(shown(calculation)).toBe(
      [
        "Let me calculate.",
        '→ calculator({"expression":"6*7"})',
        '✓ calculator = {"result":"42"} 3 ms',
        "It is 42.",
        "completed · 8.0 s · 2 steps · 2,400 in, 80 out · $0.0246",
        "",
      ].join("\n"),
    );
  });

  test("whoever prints the output alone gets no tokens", () => {
    expect(shown(calculation, false)).toBe(
      [
        '→ calculator({"expression":"6*7"})',
        '✓ calculator = {"result":"42"} 3 ms',
        "completed · 8.0 s · 2 steps · 2,400 in, 80 out · $0.0246",
        "",
      ].join("\n"),
    );
  });

  test("an answer that was half shown is completed, not repeated", () => {
    const delta: EventData = { type: "step.delta", step: 1, attempt: 1, text: "It is" };
    expect(shown([...begun, delta, answered("It is 42.")])).toBe("It is 42.\n");
    expect(shown([...begun, answered("It is 42.")])).toBe("It is 42.\n");
  });

  test("an attempt that died says that its text is dropped", () => {
    const text = shown([
      ...begun,
      { type: "step.delta", step: 1, attempt: 1, text: "It is pro" },
      { type: "step.restarted", step: 1, attempt: 2, model: "simulated/demo", reason: "crash" },
      { type: "step.delta", step: 1, attempt: 2, text: "It" },
      answered("It is 42."),
    ]);
    expect(text).toBe(
      "It is pro\n↻ starts again, the unfinished text above is dropped: crash\nIt is 42.\n",
    );
  });

  test("reasoning stands on lines of its own", () => {
    const text = shown([
      ...begun,
      { type: "step.delta", step: 1, attempt: 1, reasoning: "six " },
      { type: "step.delta", step: 1, attempt: 1, reasoning: "sevens" },
      { type: "step.delta", step: 1, attempt: 1, text: "42" },
      answered("42"),
    ]);
    expect(text).toBe("six sevens\n42\n");
  });

  test("failures say what to do, retries when", () => {
    const error = {
      code: "model_overloaded" as const,
      message: "The model is overloaded.",
      class: "transient" as const,
      remedy: "Choose another model.",
    };
    const text = shown([
      ...begun,
      { type: "step.failed", step: 1, attempt: 1, error, retryInMs: 1_500 },
      { type: "step.started", step: 1, attempt: 2, model: "simulated/demo" },
      { type: "step.failed", step: 1, attempt: 2, error, retryInMs: null },
      { type: "run.failed", error },
    ]);
    expect(text).toBe(
      [
        "✗ The model is overloaded. Again in 1.5 s.",
        "↻ attempt 2",
        "✗ The model is overloaded.",
        "✗ failed: The model is overloaded.",
        "Choose another model.",
        "5.0 s · 0 steps · 0 in, 0 out · $0",
        "",
      ].join("\n"),
    );
  });

  test("a route's next target is named, and asked at once", () => {
    const error = {
      code: "model_stream_broken" as const,
      message: "The stream of a/b broke off: ECONNRESET",
      class: "transient" as const,
      remedy: "It is tried again.",
    };
    const choice = { route: "support", reason: "number 2 of the chain", passedOver: [] };
    const text = shown([
      ...begun,
      { type: "step.failed", step: 1, attempt: 1, error, retryInMs: 0 },
      { type: "step.started", step: 1, attempt: 2, model: "c/d", choice },
    ]);
    expect(text).toBe(
      "✗ The stream of a/b broke off: ECONNRESET. Again at once.\n↻ attempt 2, c/d\n",
    );
  });

  test("a run that waits for a person says how to answer", () => {
    const text = shown([
      ...calculation.slice(0, 6),
      { type: "effect.unknown", callId: "c1-0", reason: "the worker died" },
      {
        type: "interrupt.raised",
        interruptId: "int_1",
        kind: "effect_outcome",
        callId: "c1-0",
        prompt: "Did it take effect?",
      },
      { type: "run.waiting", for: { kind: "interrupt", interruptIds: ["int_1"] } },
    ]);
    expect(text).toContain("? calculator: the worker died\nDid it take effect?\n");
    expect(text).toContain("flotilla runs answer run_1 int_1 --redo | --done <json>");
  });
});
