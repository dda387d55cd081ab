import type { Scenario } from "./scenario.ts";
import { lastly, note, part, plan, planning, say, step } from "./scene.ts";

const worker = "scripted-worker";
const byWorker = { uses: { kind: "agent", agent: worker } };

/** Steps of a plan that runs of another agent do. */
export const hierarchical: readonly Scenario[] = [
  {
    name: "hierarchy: two steps side by side, one of its own, and all of it merged",
    others: [
      {
        name: worker,
        scenes: [
          { when: part("left"), turns: [note("left"), say("left is done")] },
          { when: part("right"), turns: [note("right"), note("again"), say("right is done")] },
        ],
      },
    ],
    spec: { strategy: { kind: "hierarchical" }, team: { workers: [worker] } },
    scenes: [
      {
        when: planning,
        turns: [plan(step("left", [], byWorker), step("right", [], byWorker), step("own"))],
      },
      { when: part("own"), turns: [note("own"), say("mine is done")] },
      { when: [lastly, "left is done", "right is done", "mine is done"], turns: [say("merged")] },
    ],
    ends: { output: "merged" },
    calls: "plan own own answer",
  },
];
