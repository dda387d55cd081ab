import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRuns } from "./compare-runs.ts";
import type { Event, EventData } from "./event.ts";
import { fold } from "./fold.ts";
import type { Json } from "./json.ts";
import type { ComparedStep } from "./run-comparison.ts";
import type { Run } from "./run.ts";
import { noUsage } from "./usage.ts";

interface Turn {
  text: string;
  calls: { tool: string; input: Json; output: Json }[];
}

/** A run that said and did this, and came to the last text. */
function runOf(turns: Turn[], change: { runId?: string; model?: string } = {}): Run {
  const { runId = "run_1", model = "p/m" } = change;
  const data: EventData[] = [
    {
      type: "run.created",
      ...{ agentId: "agt_1", agentName: "a", agentVersion: 1 },
      input: { text: "q" },
    },
    { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
    ...turns.flatMap((turn, i) => turnEvents(turn, i + 1, model)),
    { type: "run.completed", output: turns.at(-1)?.text ?? "" },
  ];
  const at = (seq: number) => new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString();
  return fold(data.map((one, i): Event => ({ runId, seq: i + 1, at: at(i + 1), ...one })));
}

function turnEvents({ text, calls }: Turn, step: number, model: string): EventData[] {
  const made = calls.map(({ tool, input }, i) => ({ callId: `c${step}-${i}`, tool, input }));
  return [
    { type: "step.started", step, attempt: 1, model },
    {
      type: "step.completed",
      ...{ step, attempt: 1, finish: calls.length > 0 ? "tool_calls" : "stop" },
      message: {
        role: "assistant",
        content: [
          { type: "text", text },
          ...made.map((one) => ({ type: "tool_call" as const, ...one })),
        ],
      },
      usage: { ...noUsage, inputTokens: 10, outputTokens: 2 },
      ...{ costMicros: 3, firstTokenMs: 1, ms: 2 },
    },
    ...made.map((one): EventData => ({
      type: "effect.intended",
      ...{ step, attempt: 1, idempotencyKey: `run_1:${one.callId}` },
      ...one,
    })),
    ...made.map(({ callId }, i): EventData => ({
      type: "effect.done",
      ...{ callId, output: calls[i]?.output ?? null, ms: 1, via: "executed" },
    })),
  ];
}

const calls = fc.record({
  tool: fc.constantFrom("search", "mail"),
  input: fc.constantFrom<Json>({ q: 1 }, { q: 2 }),
  output: fc.constantFrom<Json>("x", "y"),
});
const runs = fc
  .array(fc.record({ text: fc.constantFrom("a", "b"), calls: fc.array(calls, { maxLength: 3 }) }), {
    maxLength: 5,
  })
  .map((turns) => runOf(turns));

const other: Record<ComparedStep["change"], ComparedStep["change"]> = {
  same: "same",
  changed: "changed",
  added: "removed",
  removed: "added",
};

describe("compareRuns", () => {
  it("finds everything of a run the same as itself", () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { steps, counts, output } = compareRuns(run, run);
        expect(steps.every(({ change }) => change === "same")).toBe(true);
        expect(counts).toEqual({ same: run.steps.length, changed: 0, added: 0, removed: 0 });
        expect(output).toMatchObject({ same: true, lines: [] });
      }),
    );
  });

  it("is the same the other way round, with the sides exchanged", () => {
    fc.assert(
      fc.property(runs, runs, (a, b) => {
        const one = compareRuns(a, b);
        const back = compareRuns(b, a);
        expect(back.steps).toEqual(
          one.steps.map((step) => ({ ...step, change: other[step.change], a: step.b, b: step.a })),
        );
        expect([back.a, back.b]).toEqual([one.b, one.a]);
        expect(back.output.same).toBe(one.output.same);
      }),
    );
  });

  it("has every step of both runs in their order", () => {
    fc.assert(
      fc.property(runs, runs, (a, b) => {
        const { steps } = compareRuns(a, b);
        const ids = (run: Run) => run.steps.map((step) => [step.kind, step.step]);
        expect(steps.flatMap((one) => (one.a ? [[one.a.kind, one.a.step]] : []))).toEqual(ids(a));
        expect(steps.flatMap((one) => (one.b ? [[one.b.kind, one.b.step]] : []))).toEqual(ids(b));
      }),
    );
  });

  it("knows a call by its input whatever the order of its keys, and says what became otherwise", () => {
    const search = (input: Json, output: Json) => ({ tool: "search", input, output });
    const a = runOf([
      { text: "look", calls: [search({ q: 1, k: 2 }, "x")] },
      { text: "A: 1", calls: [] },
    ]);
    const b = runOf(
      [
        { text: "look", calls: [search({ k: 2, q: 1 }, "y"), search({ q: 9 }, "z")] },
        { text: "A: 2", calls: [] },
      ],
      { runId: "run_2", model: "p/other" },
    );
    const { steps, output, counts } = compareRuns(a, b);
    expect(steps.map(({ change, differs }) => [change, ...differs])).toEqual([
      ["changed", "calls"],
      ["changed", "output"],
      ["added"],
      ["changed", "text"],
    ]);
    expect(counts).toEqual({ same: 0, changed: 3, added: 1, removed: 0 });
    expect(output.lines).toEqual([
      { change: "removed", text: "A: 1" },
      { change: "added", text: "A: 2" },
    ]);
  });

  it("does not hold another model with the same answers for another path, and shows both figures", () => {
    const turns = [{ text: "a", calls: [] }];
    const { steps, a, b } = compareRuns(
      runOf(turns),
      runOf(turns, { runId: "run_2", model: "p/other" }),
    );
    expect(steps).toMatchObject([{ change: "same", a: { model: "p/m" }, b: { model: "p/other" } }]);
    expect([a, b]).toMatchObject([
      { runId: "run_1", steps: 1, inputTokens: 10, outputTokens: 2, costMicros: 3, tookMs: 3_000 },
      { runId: "run_2", steps: 1 },
    ]);
  });
});
