import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlotillaError } from "./error.ts";
import { diffPlans } from "./plan-diff.ts";
import { editedPlan, pendingStep } from "./plan-edit.ts";
import { readySteps, skippedDependants } from "./plan-graph.ts";
import { planProblems } from "./plan-problems.ts";
import { withResults } from "./plan-result.ts";
import {
  intendedStepSchema,
  type IntendedStep,
  type Plan,
  type PlanEdit,
  type PlanStep,
} from "./plan.ts";

const names = ["a", "b", "c", "d", "e", "f", "g", "h"];

const step = (id: string, dependsOn: string[] = [], more: Partial<IntendedStep> = {}) =>
  intendedStepSchema.parse({ id, intent: `Do ${id}.`, dependsOn, ...more });

const planOf = (steps: PlanStep[]): Plan => ({
  ...{ version: 1, goal: "all of it", steps },
  ...{ planned: 1, after: 1, replans: 0, taken: 0, begun: {} },
});

const done = (one: PlanStep): PlanStep => ({ ...one, status: "done", result: `${one.id} is done` });
const failure = new FlotillaError("check_failed", "no").toRecord();
const failed = (one: PlanStep): PlanStep => ({
  ...one,
  status: "failed",
  error: failure,
  tries: 2,
});

/** Plans on their way: what is begun has all done that it depends on. */
const plans: fc.Arbitrary<Plan> = fc
  .array(fc.record({ needs: fc.array(fc.nat(20), { maxLength: 3 }), progress: fc.nat(5) }), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((drafts) =>
    fc
      .shuffledSubarray(
        drafts.map((_, i) => i),
        { minLength: drafts.length },
      )
      .map((order) => {
        const steps: PlanStep[] = [];
        drafts.forEach(({ needs, progress }, i) => {
          const earlier = names.slice(0, i);
          const dependsOn = [...new Set(needs.flatMap((n) => earlier[n % (i || 1)] ?? []))];
          const one = pendingStep(step(names[i] as string, dependsOn));
          const isReady = dependsOn.every(
            (id) => steps.find((s) => s.id === id)?.status === "done",
          );
          const begun = [
            done,
            done,
            failed,
            (s: PlanStep) => ({ ...s, status: "running" as const }),
          ];
          steps.push(isReady ? (begun[progress]?.(one) ?? one) : one);
        });
        return planOf(order.map((i) => steps[i] as PlanStep));
      }),
  );

const ids = fc.constantFrom(...names);
const needs = fc.uniqueArray(ids, { maxLength: 2 });
const edits: fc.Arbitrary<PlanEdit[]> = fc.array(
  fc.oneof(
    fc.record({
      edit: fc.constant("add" as const),
      step: fc.tuple(ids, needs).map(([id, dependsOn]) => step(id, dependsOn)),
      at: fc.nat(7),
    }),
    fc.record({ edit: fc.constant("remove" as const), id: ids }),
    fc.record({ edit: fc.constant("move" as const), id: ids, at: fc.nat(7) }),
    fc.record({
      edit: fc.constant("change" as const),
      id: ids,
      changes: fc.oneof(
        fc.record({ intent: fc.constantFrom("Do it.", "Do it well.") }),
        fc.record({ dependsOn: needs }),
        fc.record({ budgetMicros: fc.constantFrom(5, null) }),
      ),
    }),
  ),
  { minLength: 1, maxLength: 6 },
);

/** The plan after those of the edits that it takes, one by one. */
function edited(plan: Plan, wanted: PlanEdit[]): Plan {
  return wanted.reduce((now, edit) => {
    try {
      return editedPlan(now, [edit]);
    } catch (error) {
      expect(error).toMatchObject({ code: "plan_invalid" });
      return now;
    }
  }, plan);
}

describe("edits of a plan", () => {
  it("never lose, change or reopen a step that is done or under way", () => {
    fc.assert(
      fc.property(plans, edits, (plan, wanted) => {
        const next = edited(plan, wanted);
        const held = plan.steps.filter(({ status }) => status === "done" || status === "running");
        for (const one of held) expect(next.steps).toContainEqual(one);
        const begun = next.steps.filter(({ status }) => status !== "pending");
        expect(plan.steps).toEqual(expect.arrayContaining(begun));
      }),
    );
  });

  it("lead to a plan that is as valid as the one before", () => {
    fc.assert(
      fc.property(plans, edits, (plan, wanted) => {
        expect(planProblems(plan.steps)).toEqual([]);
        expect(planProblems(edited(plan, wanted).steps)).toEqual([]);
      }),
    );
  });

  it("are given again by the difference of the two plans", () => {
    fc.assert(
      fc.property(plans, edits, (plan, wanted) => {
        const next = edited(plan, wanted);
        const difference = diffPlans(plan, next);
        const again = difference.length > 0 ? editedPlan(plan, difference) : plan;
        expect(again.steps.map(withoutTries)).toEqual(next.steps.map(withoutTries));
        expect(diffPlans(next, again)).toEqual([]);
      }),
    );
  });

  it("are judged together: a step can be put before another one that is to depend on it", () => {
    const plan = planOf([pendingStep(step("a")), pendingStep(step("b", ["a"]))]);
    const both: PlanEdit[] = [
      { edit: "remove", id: "a" },
      { edit: "change", id: "b", changes: { dependsOn: ["c"] } },
      { edit: "add", step: step("c"), at: 0 },
    ];
    expect(editedPlan(plan, both)).toMatchObject({
      version: 2,
      steps: [{ id: "c" }, { id: "b", dependsOn: ["c"] }],
    });
    expect(() => editedPlan(plan, both.slice(0, 1))).toThrow("step b depends on a");
  });

  it.each<[string, PlanEdit]>([
    ["there is a step a already", { edit: "add", step: step("a") }],
    ["there is no step z", { edit: "remove", id: "z" }],
    ["step a is done", { edit: "change", id: "a", changes: { intent: "Again." } }],
    ["depend on each other", { edit: "change", id: "b", changes: { dependsOn: ["c"] } }],
  ])("are refused with the reason: %s", (reason, edit) => {
    const begun = done(pendingStep(step("a")));
    const plan = planOf([begun, pendingStep(step("b", ["a"])), pendingStep(step("c", ["b"]))]);
    expect(() => editedPlan(plan, [edit])).toThrow(reason);
  });

  it("let a failed step be tried again", () => {
    const plan = planOf([failed(pendingStep(step("a")))]);
    const next = editedPlan(plan, [{ edit: "change", id: "a", changes: {} }]);
    expect(next.steps).toMatchObject([{ status: "pending", tries: 0 }]);
    expect(diffPlans(plan, next)).toEqual([{ edit: "change", id: "a", changes: {} }]);
  });
});

/** How often a step was begun is no part of what it intends. */
function withoutTries({ tries: _tries, attempts: _attempts, error: _error, ...rest }: PlanStep) {
  return rest;
}

describe("a plan", () => {
  it("can always go on, unless a step has failed, until all is done", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        let steps = plan.steps.map((one) => (one.status === "failed" ? pendingStep(one) : one));
        for (let left = steps.length; left >= 0; left--) {
          if (steps.every(({ status }) => status === "done")) return;
          const running = steps.find(({ status }) => status === "running");
          const next = running ?? readySteps({ steps })[0];
          expect(next).toBeDefined();
          steps = steps.map((one) => (one === next ? done(one) : one));
        }
        expect(steps.every(({ status }) => status === "done")).toBe(true);
      }),
    );
  });

  it("says which steps a failure holds up, over others too", () => {
    const plan = planOf([
      failed(pendingStep(step("a"))),
      pendingStep(step("b", ["a"])),
      pendingStep(step("c", ["b"])),
      pendingStep(step("d")),
    ]);
    expect(skippedDependants(plan).map(({ id }) => id)).toEqual(["b", "c"]);
    expect(readySteps(plan).map(({ id }) => id)).toEqual(["d"]);
  });

  it("is refused for what it names that is not there, and what it may cost", () => {
    const tool = { kind: "tool" as const, tool: "search", input: { q: "{{result:b}}" } };
    const steps = [
      step("a", ["z"], { uses: tool }),
      step("b", [], { uses: { kind: "agent", agent: "expert" }, budgetMicros: 60 }),
      step("b", [], { budgetMicros: 50 }),
    ];
    const bounds = { tools: ["clock"], agents: [], maxSteps: 2, budgetMicros: 100 };
    expect(planProblems(steps, bounds)).toEqual([
      "there is more than one step b",
      "step a depends on z, which is not in the plan",
      "step a takes in the result of b, and does not depend on it",
      "step a uses the tool search, which is not there; there are: clock",
      "step b uses the agent expert, which is not there; there are: none",
      "it has 3 steps; 2 are allowed",
      "its steps may cost 110 micro-USD together; the run has 100 left",
    ]);
  });

  it("hands results to the steps that take them in, whatever they are and hold", () => {
    const first = { ...done(pendingStep(step("a"))), result: { n: 1 } };
    const second = { ...done(pendingStep(step("b"))), result: "{{result:a}}" };
    const input = { whole: "{{result:a}}", text: "a: {{result:a}}, b: {{result:b}}", list: [1] };
    expect(withResults(input, planOf([first, second]))).toEqual({
      whole: { n: 1 },
      text: 'a: {"n":1}, b: {{result:a}}',
      list: [1],
    });
  });
});
