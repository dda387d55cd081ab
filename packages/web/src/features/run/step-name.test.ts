import type { ModelStep } from "@flotilla/core";
import { expect, test } from "vitest";
import { modelStepName } from "./step-name.ts";

const named = (step: Partial<ModelStep>) => modelStepName({ step: 3, ...step } as ModelStep);

test("a model call is named by what it is for, or by who wrote it", () => {
  expect(named({})).toBe("Model call 3");
  expect(named({ purpose: { kind: "plan" } })).toBe("Planning");
  expect(named({ purpose: { kind: "plan_step", id: "sum", attempt: 1 } })).toBe("Plan step sum");
  expect(named({ purpose: { kind: "plan_step", id: "sum", attempt: 2 } })).toContain("try 2");
  expect(named({ purpose: { kind: "critique", step: 2 } })).toBe("Critique of model call 2");
  expect(named({ by: "Ann", purpose: { kind: "answer" } })).toBe("Written by Ann");
});
