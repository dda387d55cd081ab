import type { ComparedRun, RunComparison } from "@flotilla/core";
import { expect, test } from "vitest";
import { changesOf } from "./comparison-change.ts";

const run: ComparedRun = {
  ...{
    runId: "run_a",
    agentName: "a",
    agentVersion: 1,
    status: "completed",
    steps: 2,
    toolCalls: 1,
  },
  ...{ inputTokens: 800, outputTokens: 200, costMicros: 1_000, costIncomplete: false },
  ...{ reused: null, tookMs: 2_000 },
};

function says(b: Partial<ComparedRun>, more: Partial<RunComparison> = {}) {
  const same = { same: true, a: null, b: null, lines: [] };
  const counts = { same: 0, changed: 0, added: 0, removed: 0 };
  const all = changesOf({
    ...{ a: run, b: { ...run, ...b }, steps: [], counts, output: same, ...more },
  });
  return Object.fromEntries(all.map(({ name, says: words }) => [name, words]));
}

test("what is the same says so", () => {
  expect(new Set(Object.values(says({})))).toEqual(new Set(["same"]));
});

test("what differs is told as how much more or less the second one is", () => {
  expect(
    says({ status: "failed", costMicros: 580, tookMs: 2_500, inputTokens: 4_800 }),
  ).toMatchObject({
    Status: "differs",
    Cost: "42% less",
    Duration: "25% more",
    Tokens: "5.0 times",
  });
  expect(says({ costMicros: 50_000 }).Cost).toBe("50 times");
  expect(says({ costMicros: 1_001 }).Cost).toBe("<1% more");
  expect(says({ costMicros: 0 }).Cost).toBe("less");
});

test("a run that has not ended has no time to be held against", () => {
  expect(says({ status: "running", tookMs: null })).toMatchObject({
    Status: "differs",
    Duration: "not over yet",
  });
});
