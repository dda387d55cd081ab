import { diffPlans, editedPlan, type Plan, type PlanStep } from "@flotilla/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  withDependency,
  withStepAdded,
  withStepChanged,
  withStepMoved,
  withStepRemoved,
  withStepRenamed,
} from "./plan-draft.ts";

function step(id: string, dependsOn: string[] = [], status: PlanStep["status"] = "pending") {
  const [draft] = withStepAdded([]);
  return { ...(draft as PlanStep), id, intent: `Do ${id}`, dependsOn, status };
}

const steps = [step("read", [], "done"), step("sum", ["read"]), step("tell", ["sum"])];
const plan: Plan = {
  version: 1,
  goal: "sums",
  steps,
  planned: 1,
  after: 0,
  replans: 0,
  begun: {},
  taken: 0,
};

test("what depended on a removed step depends on what that depended on", () => {
  const left = withStepRemoved(steps, "sum");
  expect(left.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
    ["read", []],
    ["tell", ["read"]],
  ]);
});

test("what is done is neither removed nor changed", () => {
  expect(withStepRemoved(steps, "read")).toEqual(steps);
  expect(withStepChanged(steps, "read", { intent: "other" })).toEqual(steps);
});

test("a new step stands after the one it was added to, under a name that is free", () => {
  const more = withStepAdded(withStepAdded(steps, "read"), "read");
  const names = more.map(({ id }) => id);
  expect(names[0]).toBe("read");
  expect(new Set(names).size).toBe(5);
  expect(more[1]?.dependsOn).toEqual(["read"]);
  const named = withStepRenamed(more, names[1] as string, "check");
  expect(named[1]?.id).toBe("check");
  expect(withStepRenamed(named, "check", "sum")).toEqual(named);
});

test("a failed step that is changed is open again", () => {
  const failed = [step("read", [], "failed")];
  expect(withStepChanged(failed, "read", { intent: "read slowly" })[0]?.status).toBe("pending");
});

test("whatever is done to a draft, its edits make the plan that was drawn", () => {
  const action = fc.record({
    kind: fc.constantFrom("add", "remove", "move", "change", "connect", "disconnect"),
    at: fc.nat(5),
    other: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
      let draft: PlanStep[] = steps;
      for (const { kind, at, other } of actions) {
        const id = draft[at % draft.length]?.id ?? "read";
        const second = draft[other % draft.length]?.id ?? "read";
        if (kind === "add") draft = withStepAdded(draft, id);
        if (kind === "remove") draft = withStepRemoved(draft, id);
        if (kind === "move") draft = withStepMoved(draft, id, other - 2);
        if (kind === "change") draft = withStepChanged(draft, id, { intent: `Do it ${other}` });
        // Only forwards: a circle would be refused, as it should be.
        const [from, to] = [at % draft.length, other % draft.length];
        if (kind === "connect" && from < to) draft = withDependency(draft, id, second, true);
        if (kind === "disconnect") draft = withDependency(draft, id, second, false);
      }
      const edits = diffPlans(plan, { steps: draft });
      let made: PlanStep[];
      try {
        made = editedPlan(plan, edits).steps;
      } catch {
        // A step that was moved before what it depends on may close a circle later on.
        return;
      }
      expect(made.map(({ id, dependsOn, intent }) => [id, dependsOn, intent])).toEqual(
        draft.map(({ id, dependsOn, intent }) => [id, dependsOn, intent]),
      );
    }),
  );
});
