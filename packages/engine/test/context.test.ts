import { fold, transcript, type EventOf, type Event, type Run } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { narrowWindow, openTestEngine, probe, type TestEngine } from "./platform.ts";

const words = (text: string) => `${text}: ${"all work and no play makes a dull page. ".repeat(40)}`;
const page = probe("page", "idempotent", words);

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([page.tool]);
});
afterAll(() => test.close());

const pages = 14;
const turns = [
  ...Array.from({ length: pages }, (_, i) => ({
    calls: [{ tool: "page", input: { text: `page ${i}` } }],
  })),
  { text: "end" },
];
const compactions = (events: Event[]) =>
  events.filter(
    (event): event is Event & EventOf<"context.compacted"> => event.type === "context.compacted",
  );

/** Every call of the history has its result right after it. */
function expectPairs(run: Run): void {
  const messages = transcript(run);
  for (const [index, message] of messages.entries()) {
    if (message.role === "tool") expect(messages[index - 1]?.role).toBe("assistant");
    if (message.role !== "assistant") continue;
    const calls = message.content.flatMap((part) => (part.type === "tool_call" ? part.callId : []));
    const next = messages[index + 1];
    const results = next?.role === "tool" ? next.results.map(({ callId }) => callId) : [];
    expect(results).toEqual(calls);
  }
}

describe("a run whose history outgrows the model's context", () => {
  it("goes on with a summary, and every original can be read in the journal", async () => {
    const runId = await test.play(turns, { tools: ["page"], model: "narrow/script" });
    const run = await test.until(runId, "completed", "failed");
    expect(run).toMatchObject({ status: "completed", output: "end", stepCount: pages + 1 });
    const events = await test.events(runId);
    expect(events.filter((event) => event.type === "step.failed")).toEqual([]);
    const made = compactions(events);
    expect(made.length).toBeGreaterThan(1);
    for (const one of made) {
      expect(one.inputTokensAfter).toBeLessThan(one.inputTokensBefore);
      expect(one.inputTokensAfter).toBeLessThan(narrowWindow);
      expect(one).toMatchObject({ model: "narrow/script" });
      expect(one.calls).toBeGreaterThan(0);
    }
    const outputs = run.steps.flatMap((step) => (step.kind === "tool" ? [step.output] : []));
    expect(outputs).toEqual(Array.from({ length: pages }, (_, i) => words(`page ${i}`)));
    for (const [index, { type }] of events.entries()) {
      const isAsked = type === "step.started" || type === "context.compacted";
      if (isAsked) expectPairs(fold(events.slice(0, index + 1)));
    }
    expect(transcript(run)[0]).toMatchObject({ content: [{ text: "go" }] });
  });

  it("counts what the summaries used and cost", async () => {
    const runId = await test.play(turns, {
      tools: ["page"],
      model: "narrow/script",
      context: { model: "simulated/demo", keepRecentTurns: 2 },
    });
    const run = await test.until(runId, "completed");
    const events = await test.events(runId);
    const made = events.filter((event) => event.type === "context.summarised");
    expect(new Set(made.map((one) => one.model))).toEqual(new Set(["simulated/demo"]));
    expect(made).toHaveLength(run.compactions.reduce((sum, { calls }) => sum + calls, 0));
    const answered = run.steps.flatMap((step) => (step.kind === "model" ? [step] : []));
    const sum = (numbers: (number | null | undefined)[]) =>
      numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
    expect(run.costMicros).toBe(sum([...answered, ...made].map((one) => one.costMicros)));
    const input = [...answered, ...made].map((one) => one.usage?.inputTokens);
    expect(run.usage.inputTokens).toBe(sum(input));
    const summary = await test.store.runs.get(runId);
    expect(summary.costMicros).toBe(run.costMicros);
    expect(summary.inputTokens).toBe(run.usage.inputTokens);
  });

  it("learns a window that nobody knew from the refusal, and goes on", async () => {
    const runId = await test.play(turns, { tools: ["page"], model: "unmeasured/script" });
    const run = await test.until(runId, "completed", "failed");
    expect(run).toMatchObject({ status: "completed", output: "end" });
    const events = await test.events(runId);
    const failed = events.filter((event) => event.type === "step.failed");
    expect(failed).toMatchObject([{ error: { code: "context_overflow" }, retryInMs: 0 }]);
    expect(compactions(events).length).toBeGreaterThan(0);
  });

  it("takes what one answer's calls bring at once, though it is larger than the window", async () => {
    const calls = Array.from({ length: 9 }, (_, i) => ({ tool: "page", input: { text: `${i}` } }));
    const runId = await test.play([{ calls }, { text: "end" }], {
      tools: ["page"],
      model: "narrow/script",
    });
    const run = await test.until(runId, "completed", "failed");
    expect(run).toMatchObject({ status: "completed", compactions: [{ through: 1 }] });
    expect(run.compactions[0]?.calls).toBeGreaterThan(1);
  });

  it("fails with the sizes when what has to stay is too long by itself", async () => {
    const runId = await test.play([{ text: words("x").repeat(8) }], { model: "narrow/script" });
    const run = await test.until(runId, "failed", "completed");
    expect(run).toMatchObject({
      error: { code: "context_overflow", details: { room: narrowWindow * 0.75 } },
    });
    expect(run.steps).toMatchObject([{ attempts: [{ attempt: 1 }] }]);
  });
});
