import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRuns } from "./compare-runs.ts";
import { runOf, sampleTurns } from "../test/sample-turns.ts";
import type { Json } from "./json.ts";
import type { ComparedStep } from "./run-comparison.ts";
import type { Run } from "./run.ts";

const runs = sampleTurns.map((turns) => runOf(turns));

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
