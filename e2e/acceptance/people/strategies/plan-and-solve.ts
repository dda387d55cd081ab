import { intendedStepSchema } from "@flotilla/core";
import { answerReview, editOnce, pauseOnce, whileAt } from "./people-acts.ts";
import type { Scenario } from "./scenario.ts";
import { json, judging, lastly, note, part, plan, planning, say, step, verdict } from "./scene.ts";

const solving = (more: object = {}) => ({
  strategy: { kind: "plan_and_solve" as const, ...more },
});
const circle = plan(step("a", ["b"]), step("b", ["a"]));
const end = { when: lastly, turns: [say("end")] };
const ledger = (expression: string) => ({
  uses: { kind: "tool", tool: "ledger", input: { expression } },
});

/** Every way in which a run can make a plan and follow it, or not. */
export const planAndSolve: readonly Scenario[] = [
  {
    name: "plan: step by step",
    spec: solving(),
    scenes: [
      { when: planning, turns: [plan(step("b", ["a"]), step("a"))] },
      { when: part("a"), turns: [note("a"), note("a again"), say("one")] },
      { when: [part("b"), "came to:\none"], turns: [note("b"), say("two")] },
      { when: [lastly, "one", "two"], turns: [say("one, two")] },
    ],
    ends: { output: "one, two" },
    calls: "plan a a a b b answer",
  },
  {
    name: "plan: invalid, and repaired",
    spec: solving(),
    scenes: [
      { when: planning, turns: [say("Let me think."), circle, plan(step("a"))] },
      { when: part("a"), turns: [note("a"), say("done")] },
      end,
    ],
    ends: { output: "end" },
    calls: "plan plan plan a a answer",
  },
  {
    name: "plan: invalid to the last",
    spec: solving(),
    scenes: [{ when: planning, turns: [circle, json({}), circle] }],
    ends: { code: "plan_invalid" },
    calls: "plan plan plan",
  },
  {
    name: "plan: calls without a model",
    spec: solving(),
    scenes: [
      {
        when: planning,
        turns: [plan(step("a", [], ledger("x")), step("b", ["a"], ledger("after {{result:a}}")))],
      },
      end,
    ],
    ends: { output: "end" },
    calls: "plan answer",
  },
  {
    name: "plan: approved",
    spec: solving({ review: true }),
    scenes: [
      { when: planning, turns: [plan(step("a"))] },
      { when: part("a"), turns: [note("a"), say("done")] },
      end,
    ],
    act: (client, runId) => answerReview(client, runId, 1, "approve"),
    ends: { output: "end" },
    calls: "plan a a answer",
  },
  {
    name: "plan: rejected, and made anew",
    spec: solving({ review: true }),
    scenes: [
      { when: [planning, "rejected the plan: too long"], turns: [plan(step("b"))] },
      { when: planning, turns: [plan(step("a"), step("c"))] },
      { when: part("b"), turns: [note("b"), say("done")] },
      end,
    ],
    async act(client, runId) {
      await answerReview(client, runId, 1, "reject");
      await answerReview(client, runId, 2, "approve");
    },
    ends: { output: "end" },
    calls: "plan plan b b answer",
  },
  {
    name: "plan: edited while it is reviewed, and approved as it is then",
    spec: solving({ review: true }),
    scenes: [
      { when: planning, turns: [plan(step("a"), step("c"))] },
      { when: part("a"), turns: [note("a"), say("done")] },
      { when: part("b"), turns: [say("done")] },
      end,
    ],
    async act(client, runId) {
      await whileAt(client, runId, ({ status, plan: made }) => status === "waiting" && !!made);
      await editOnce(client, runId, [
        { edit: "remove", id: "c" },
        { edit: "add", step: intendedStepSchema.parse(step("b", ["a"])) },
      ]);
      await answerReview(client, runId, 2, "approve");
    },
    ends: { output: "end" },
    calls: "plan a a b answer",
  },
  {
    name: "plan: a step fails its check, is tried again, and passes",
    spec: solving(),
    scenes: [
      { when: planning, turns: [plan(step("sum", [], { check: { kind: "number", equals: 4 } }))] },
      { when: [part("sum"), "its last number is 5"], turns: [note("again"), say("4")] },
      { when: part("sum"), turns: [note("sum"), say("5")] },
      end,
    ],
    ends: { output: "end" },
    calls: "plan sum sum sum sum answer",
  },
  {
    name: "plan: a critic judges a step",
    spec: solving(),
    scenes: [
      { when: [judging, "It rhymes.", "verse"], turns: [verdict(true)] },
      { when: [judging, "It rhymes."], turns: [verdict(false, "Rhyme.")] },
      {
        when: planning,
        turns: [plan(step("poem", [], { check: { kind: "critic", criteria: "It rhymes." } }))],
      },
      { when: [part("poem"), "Rhyme."], turns: [say("verse")] },
      { when: part("poem"), turns: [say("prose")] },
      end,
    ],
    ends: { output: "end" },
    calls: "plan poem critique poem critique answer",
  },
  {
    name: "plan: a step fails for good, and another plan goes on from what is done",
    spec: solving({ stepTries: 1 }),
    scenes: [
      { when: [planning, "It failed: no way"], turns: [plan(step("other", ["good"]))] },
      { when: planning, turns: [plan(step("good"), step("bad", ["good"]))] },
      { when: part("good"), turns: [note("good"), say("begun")] },
      { when: part("bad"), turns: [note("bad"), say("FAILED: no way")] },
      { when: [part("other"), "begun"], turns: [note("other"), say("done")] },
      { ...end, when: [lastly, "begun"] },
    ],
    ends: { output: "end" },
    calls: "plan good good bad bad plan other other answer",
  },
  {
    name: "plan: new plans are exhausted",
    spec: solving({ maxReplans: 1 }),
    scenes: [
      { when: planning, turns: [plan(step("a", [], ledger("a")), step("bad", ["a"]))] },
      { when: part("bad"), turns: [say("FAILED: no way")] },
    ],
    ends: { code: "plan_failed" },
    calls: "plan bad plan bad",
  },
  {
    name: "plan: edited while it is carried out",
    spec: solving(),
    scenes: [
      { when: planning, turns: [plan(step("a"), step("b", ["a"]))] },
      { when: part("a"), turns: [note("a"), note("a again"), note("and again"), say("one")] },
      { when: part("c"), turns: [note("c"), say("three")] },
      { when: [lastly, "three"], turns: [say("one, three")] },
    ],
    async act(client, runId) {
      await whileAt(client, runId, ({ plan: made }) => made?.steps[0]?.status === "running");
      await editOnce(client, runId, [
        { edit: "remove", id: "b" },
        { edit: "add", step: intendedStepSchema.parse(step("c", ["a"])) },
      ]);
    },
    ends: { output: "one, three" },
    calls: "plan a a a a c c answer",
  },
  {
    name: "plan: paused, edited, and resumed",
    spec: solving(),
    scenes: [
      { when: planning, turns: [plan(step("a"), step("b", ["a"]))] },
      { when: part("a"), turns: [note("a"), note("a again"), note("and again"), say("one")] },
      { when: part("c"), turns: [note("c"), say("three")] },
      { when: [lastly, "three"], turns: [say("one, three")] },
    ],
    async act(client, runId) {
      await whileAt(client, runId, ({ plan: made }) => made?.steps[0]?.status === "running");
      await pauseOnce(client, runId);
      await editOnce(client, runId, [
        { edit: "add", step: intendedStepSchema.parse(step("c", ["a"])) },
        { edit: "remove", id: "b" },
      ]);
      await client.runs.resume(runId);
    },
    ends: { output: "one, three" },
    calls: "plan a a a a c c answer",
  },
];
