import fc from "fast-check";
import { expect, test } from "vitest";
import { limitsSchema } from "./agent.ts";
import type { ChildState } from "./team.ts";
import { budgetLeft, shareOf } from "./tree-budget.ts";
import { noUsage } from "./usage.ts";

const limits = limitsSchema.parse({ maxCostUsd: 0.01 });
const total = 10_000;

function child(budgetMicros: number): ChildState {
  return {
    ...{ childId: "run_1", agentId: "agt_1", agentName: "a", agentVersion: 1, callId: "c" },
    ...{ planStep: null, task: "", budgetMicros, usage: noUsage, costMicros: 0 },
    ...{ output: null, error: null },
    ...{ status: "open", startedAt: "2026-01-01T00:00:00.000Z", endedAt: null },
  };
}

/** What happens in a run, in any order: its own calls, parts that are begun, and parts that end. */
const happenings = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("call" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ kind: fc.constant("begin" as const), calls: fc.integer({ min: 1, max: 60 }) }),
    fc.record({
      kind: fc.constant("end" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  ),
  { maxLength: 40 },
);

test("whoever calls within what is left, and gives no more than a share of it, keeps to the budget", () => {
  fc.assert(
    fc.property(happenings, (all) => {
      const run = { parent: null, costMicros: 0, children: [] as ChildState[] };
      const left = () => budgetLeft(run, limits) as number;
      for (const one of all) {
        if (one.kind === "call") {
          run.costMicros += Math.floor(left() * one.part);
        } else if (one.kind === "begin") {
          for (let open = one.calls; open > 0; open--) {
            const share = shareOf(left(), open);
            expect(share).toBeLessThanOrEqual(left());
            run.children.push(child(share));
          }
        } else {
          const at = run.children.findIndex(({ status }) => status === "open");
          const open = run.children[at];
          if (!open) continue;
          const costMicros = Math.floor((open.budgetMicros as number) * one.part);
          run.children[at] = { ...open, status: "completed" as const, costMicros };
        }
        const below = run.children.map((each) =>
          each.status === "open" ? (each.budgetMicros as number) : each.costMicros,
        );
        expect(below.reduce((sum, micros) => sum + micros, run.costMicros)).toBe(total - left());
        expect(left()).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test("shares of one answer are alike, and leave one for the parent", () => {
  let left = 1_000_000;
  const shares = [4, 3, 2, 1].map((open) => {
    const share = shareOf(left, open);
    left -= share;
    return share;
  });
  expect(shares).toEqual([200_000, 200_000, 200_000, 200_000]);
  expect(left).toBe(200_000);
});

test("a run without a limit has none below it either, unless its parent gave it one", () => {
  const free = limitsSchema.parse({});
  const parent = {
    ...{ runId: "run_0", rootId: "run_0", depth: 1, callId: "c" },
    ...{ rootAgent: { agentId: "agt_1", agentVersion: 1 }, budgetMicros: 70 },
  };
  expect(budgetLeft({ parent: null, costMicros: 5, children: [] }, free)).toBe(null);
  expect(budgetLeft({ parent, costMicros: 5, children: [] }, free)).toBe(65);
  expect(budgetLeft({ parent, costMicros: 5, children: [] }, limits)).toBe(65);
});
