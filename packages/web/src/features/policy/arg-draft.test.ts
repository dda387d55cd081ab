import { argConditionSchema, type ArgCondition } from "@flotilla/core";
import { expect, test } from "vitest";
import { allTests, readTestValue, simpleForm, withTest } from "./arg-draft.ts";

test("what one row of fields shows is the condition, and the other way round", () => {
  const conditions: ArgCondition[] = [
    { path: "$.a", equals: 5 },
    { path: "$.a", exists: false },
    { path: "$.a", not: { hostIn: ["a.test"] } },
  ];
  for (const one of conditions) {
    const form = simpleForm(one);
    expect(form && withTest(one, form)).toEqual(one);
  }
});

test("what has more than one row can show is left as it is", () => {
  const conditions: ArgCondition[] = [
    { path: "$.a", lessThan: 5, greaterThan: 1 },
    { path: "$.a", nodes: "any", equals: 1 },
    { path: "$.a", equals: 1, not: { equals: 2 } },
  ];
  for (const one of conditions) expect(simpleForm(one)).toBeUndefined();
});

test("what is typed is read as the test takes it", () => {
  expect(readTestValue("in", "1, two, true")).toEqual([1, "two", true]);
  expect(readTestValue("hostIn", "a.test, *.b.test,")).toEqual(["a.test", "*.b.test"]);
  expect(readTestValue("lessThan", "12.5")).toBe(12.5);
  expect(readTestValue("equals", '{"a":1}')).toEqual({ a: 1 });
  expect(readTestValue("equals", "plain")).toBe("plain");
  expect(readTestValue("startsWith", "5")).toBe("5");
});

test("whatever is typed first makes a condition that can be sent", () => {
  for (const one of allTests) {
    const value = readTestValue(one, "1");
    const condition = withTest({ path: "$.a", equals: "" }, { test: one, value, isNot: false });
    expect([one, argConditionSchema.safeParse(condition).success]).toEqual([one, true]);
  }
});
