import type { Run, Scorer, ToolStep } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { namedIn } from "./classify-task.ts";
import { scoreByRules, scoreIn } from "./score-answer.ts";

const rules: Extract<Scorer, { kind: "rules" }> = {
  kind: "rules",
  patterns: [{ regex: "\\b(perhaps|not sure)\\b", score: 0.4 }],
  calculator: 0.2,
  requires: { regex: "A: *-?\\d", score: 0.1 },
};
const calculated = (output: string | number, status = "done") =>
  ({ kind: "tool", tool: "calculator", status, output }) as ToolStep;
const run = (...steps: object[]) => ({ steps }) as unknown as Run;

describe("an answer is as sure as the worst rule that applies says", () => {
  test.each([
    ["It is twelve.\nA: 12", 1],
    ["It is twelve.", 0.1],
    ["Perhaps it is twelve.\nA: 12", 0.4],
    ["I am not sure.", 0.1],
  ])("%j: %f", (text, score) => {
    expect(scoreByRules(rules, run(), text)).toBe(score);
  });

  test.each([
    ["A: 1,234", "1234", 1],
    ["A: 12", 12, 1],
    ["A: 12", 13, 0.2],
    ["A: 3.33", "3.3333333", 1],
    ["A: 3.3333", "3.3343333", 0.2],
    ["A: -4 degrees", -4, 1],
    ["A: 4", -4, 0.2],
  ])("%j after the calculator said %j: %f", (text, output, score) => {
    expect(scoreByRules(rules, run(calculated(7), calculated(output)), text)).toBe(score);
  });

  test("a calculation that failed, or of before an escalation, says nothing", () => {
    expect(scoreByRules(rules, run(calculated(null as never, "failed")), "A: 12")).toBe(1);
    expect(scoreByRules(rules, run(calculated(13), { kind: "escalation" }), "A: 12")).toBe(1);
  });
});

test.each([
  ["0.75", 0.75],
  ["1", 1],
  ["Confidence: .5, I think", 0.5],
  ["0", 0],
  ["42", undefined],
  ["-1", undefined],
  ["95%", undefined],
  ["certain", undefined],
])("a judge's %j is %s", (text, score) => {
  expect(scoreIn(text)).toBe(score);
});

test.each([
  ["sums", "sums"],
  [" Sums.\n", "sums"],
  ["The class is letters-out.", "letters-out"],
  ["sums or letters", null],
  ["none", null],
  ["assumption", null],
])("a classifier's %j names %s", (text, name) => {
  expect(namedIn(text, ["sums", "letters", "letters-out"])).toBe(name);
});
