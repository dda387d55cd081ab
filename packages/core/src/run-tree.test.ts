import fc from "fast-check";
import { expect, test } from "vitest";
import { growTree, type TreeRun } from "./run-tree.ts";

const own = (costMicros: number) => ({
  steps: 1,
  inputTokens: 2,
  outputTokens: 3,
  costMicros,
  costIncomplete: false,
});

function run(number: number, parent: number | null, costMicros: number): TreeRun {
  return {
    runId: `run_${String(number).padStart(3, "0")}`,
    parentId: parent === null ? null : `run_${String(parent).padStart(3, "0")}`,
    agentName: "a",
    agentVersion: 1,
    status: "completed",
    input: "",
    createdAt: "2026-01-01T00:00:00.000Z",
    startedAt: null,
    endedAt: null,
    own: own(costMicros),
  };
}

/** Each run but the first is begun by one before it. */
const trees = fc
  .array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 40 })
  .map((given) =>
    given.map(([place, cost], number) => run(number, number === 0 ? null : place % number, cost)),
  );

test("every run is at its place, and sums are those of what lies below", () => {
  fc.assert(
    fc.property(trees, fc.infiniteStream(fc.nat()), (runs, random) => {
      const shuffled = runs
        .map((one) => ({ one, at: random.next().value as number }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ one }) => one);
      const { nodes, total } = growTree("run_000", shuffled);
      expect(nodes.map(({ runId }) => runId).toSorted()).toEqual(runs.map(({ runId }) => runId));
      expect(total.costMicros).toBe(runs.reduce((sum, one) => sum + one.own.costMicros, 0));
      expect(nodes[0]?.total).toEqual(total);
      for (const node of nodes) {
        const children = nodes.filter(({ parentId }) => parentId === node.runId);
        const below = children.reduce((sum, child) => sum + child.total.costMicros, 0);
        expect(node.total.costMicros).toBe(node.own.costMicros + below);
        for (const child of children) {
          expect(child.depth).toBe(node.depth + 1);
          expect(nodes.indexOf(child)).toBeGreaterThan(nodes.indexOf(node));
        }
      }
    }),
  );
});

test("a tree is running while any of its runs is, and ends as its first one", () => {
  const status = (...all: TreeRun["status"][]) =>
    growTree(
      "run_000",
      all.map((one, number) => ({ ...run(number, number === 0 ? null : 0, 0), status: one })),
    ).status;
  expect(status("waiting", "completed", "running")).toBe("running");
  expect(status("waiting", "pending")).toBe("pending");
  expect(status("waiting", "waiting")).toBe("waiting");
  expect(status("failed", "completed")).toBe("failed");
});
