import fc from "fast-check";
import { expect, test } from "vitest";
import { compileArgCondition, loadConditionReaders } from "./arg-condition.ts";
import type { Json } from "./json.ts";
import { argConditionSchema, type ArgCondition } from "./tool-condition.ts";

const readers = await loadConditionReaders();

/** What an allow, and what a deny, makes of it. */
function holds(condition: ArgCondition, input: Json): { allow: boolean; deny: boolean } {
  const parsed = argConditionSchema.parse(condition);
  return {
    allow: compileArgCondition(parsed, "allow", readers)(input) === true,
    deny: compileArgCondition(parsed, "deny", readers)(input) !== false,
  };
}

const both = { allow: true, deny: true };
const neither = { allow: false, deny: false };
/** It cannot be told: what allows does not hold, what denies does. */
const strict = { allow: false, deny: true };

test.each<[ArgCondition, Json, { allow: boolean; deny: boolean }]>([
  [{ path: "$.n", equals: 5 }, { n: 5 }, both],
  [{ path: "$.n", equals: 5 }, { n: 6 }, neither],
  [{ path: "$.n", equals: 5 }, { n: "5" }, strict],
  [{ path: "$.n", equals: 5 }, {}, neither],
  [{ path: "$.o", equals: { a: 1, b: 2 } }, { o: { b: 2, a: 1 } }, both],
  [{ path: "$.n", in: [1, "one"] }, { n: "two" }, neither],
  [{ path: "$.n", in: [1, "one"] }, { n: true }, strict],
  [{ path: "$.n", not: { equals: 5 } }, { n: 6 }, both],
  [{ path: "$.n", not: { equals: 5 } }, { n: "5" }, strict],
  [{ path: "$.n", not: { equals: 5 } }, {}, strict],
  [{ path: "$.n", greaterThan: 0, lessThan: 10 }, { n: 5 }, both],
  [{ path: "$.n", greaterThan: 0, lessThan: 10 }, { n: 10 }, neither],
  [{ path: "$.n", lessThan: 10 }, { n: "5" }, strict],
  [{ path: "$.n", lessThan: 10 }, { n: [5] }, strict],
  [{ path: "$.n", lessThan: 10 }, { n: null }, strict],
  [{ path: "$.n", exists: false }, {}, both],
  [{ path: "$.n", exists: false }, { n: null }, neither],
  [{ path: "$.n", exists: true }, { n: null }, both],
  [{ path: "$.s", matches: "[a-z]+" }, { s: "abc" }, both],
  [{ path: "$.s", matches: "[a-z]+" }, { s: "abc1" }, neither],
  [{ path: "$.s", matches: "[a-z]+" }, { s: "abc\n" }, neither],
  [{ path: "$.s", matches: ".*secret.*" }, { s: "a\nsecret\nb" }, both],
  [{ path: "$.s", matches: "a*" }, { s: "a".repeat(70_000) }, strict],
  [{ path: "$.s", startsWith: "pay" }, { s: "payment" }, both],
  [{ path: "$.s", contains: "x" }, { s: "axb" }, both],
  [{ path: "$.l", contains: "x" }, { l: ["a", "x"] }, both],
  [{ path: "$.l", contains: 1 }, { l: ["1"] }, strict],
  [{ path: "$.to[*]", hostIn: ["a.test"] }, { to: ["x@a.test", "y@a.test"] }, both],
  [{ path: "$.to[*]", hostIn: ["a.test"] }, { to: ["x@a.test", "y@b.test"] }, strict],
  [
    { path: "$.to[*]", nodes: "all", hostIn: ["a.test"] },
    { to: ["x@a.test", "y@b.test"] },
    neither,
  ],
  [{ path: "$.to[*]", nodes: "any", hostIn: ["a.test"] }, { to: ["x@a.test", "y@b.test"] }, both],
  [{ path: "$.to[*]", hostIn: ["a.test"] }, { to: [] }, neither],
  [{ path: "$.to[*]", hostIn: ["a.test"] }, { to: "x@a.test" }, neither],
  [{ path: "$.to[*]", not: { hostIn: ["a.test"] } }, { to: ["x@a.test", "y@b.test"] }, strict],
  [{ path: "$.to[*]", not: { hostIn: ["a.test"] } }, { to: ["x@a.test"] }, neither],
  [{ path: "$..url", hostIn: ["*.a.test"] }, { x: [{ url: "https://b.a.test/" }] }, both],
  [{ path: "$.url", hostIn: ["a.test"] }, { url: "https://a.test\\@b.test" }, strict],
  [{ path: "$.path", under: "out" }, { path: "out/../x" }, neither],
  [{ path: "$.path", under: "out" }, { path: "out/%2e%2e/x" }, strict],
])("%j of %j", (condition, input, expected) => {
  expect(holds(condition, input)).toEqual(expected);
});

test("what cannot be read is refused", () => {
  const wrong: [ArgCondition, RegExp][] = [
    [{ path: "$.a[?@.b]", equals: 1 }, /filters/],
    [{ path: "$.a", matches: "(?=x)" }, /Perl/],
    [{ path: "$.a", hostIn: ["https://x"] }, /not a host/],
    [{ path: "$.a", under: "../x" }, /not a folder/],
  ];
  for (const [one, message] of wrong) {
    expect(() => compileArgCondition(one, "deny", readers)).toThrow(message);
  }
  expect(argConditionSchema.safeParse({ path: "$.a" }).success).toBe(false);
  expect(argConditionSchema.safeParse({ path: "$.a", not: {} }).success).toBe(false);
});

test("a pattern that would run for ever elsewhere takes no time", () => {
  const told = compileArgCondition({ path: "$", matches: "(a*)*b" }, "deny", readers);
  expect(told("a".repeat(5_000))).toBe(false);
});

test("what allows never holds where what denies would not", () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(5, "5", "x@a.test", "out/a"),
  );
  const condition = fc.oneof(
    value.map((equals) => ({ path: "$.v", equals: equals as Json })),
    fc.constantFrom<ArgCondition>(
      { path: "$.v", lessThan: 6 },
      { path: "$.v[*]", hostIn: ["a.test"] },
      { path: "$.v", not: { under: "out" } },
      { path: "$..v", contains: "5" },
      { path: "$.v", exists: true },
    ),
  );
  fc.assert(
    fc.property(condition, value, fc.boolean(), (one, given, isThere) => {
      const { allow, deny } = holds(one, (isThere ? { v: given } : {}) as Json);
      expect(allow && !deny).toBe(false);
    }),
  );
});
