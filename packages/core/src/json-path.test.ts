import fc from "fast-check";
import { query } from "jsonpath-rfc9535";
import parse from "jsonpath-rfc9535/parser";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import type { Json } from "./json.ts";
import { compileJsonPath } from "./json-path.ts";

const find = (value: Json, path: string) => compileJsonPath(path, parse)(value);
const inOrder = (values: unknown[] | undefined) =>
  values?.map((one) => canonicalJson(one)).toSorted();

const name = fc.constantFrom("a", "b", "to", "__proto__", "constructor", "length", "0");
const anyJson = fc.jsonValue({ maxDepth: 3 });
const { value: anyTree } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Json>(1, "x", null, true),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map((entries) =>
        JSON.parse(`{${entries.map(([k, v]) => `"${k}":${JSON.stringify(v)}`).join(",")}}`),
      ),
  ),
}));
// The library reckons bounds before the first item twice (1.3.0); those are in a test of their own.
const bound = fc.oneof(fc.constant(""), fc.integer({ min: 0, max: 4 }).map(String));
const selector = fc.oneof(
  name.map((one) => `'${one}'`),
  fc.constant("*"),
  fc.integer({ min: -4, max: 4 }).map(String),
  fc.tuple(bound, bound, fc.constantFrom("", "1", "2", "-1", "-2", "0")).map((s) => s.join(":")),
);
const segment = fc
  .tuple(fc.constantFrom("", "", ".."), fc.array(selector, { minLength: 1, maxLength: 3 }))
  .map(([deep, selectors]) => `${deep}[${selectors.join(",")}]`);
const anyPath = fc.array(segment, { maxLength: 4 }).map((segments) => `$${segments.join("")}`);

test("a path finds what the library that passes the RFC's suite finds", () => {
  fc.assert(
    fc.property(fc.oneof(anyTree, anyJson as typeof anyTree), anyPath, (value, path) => {
      expect(inOrder(find(value, path))).toEqual(inOrder(query(value as never, path)));
    }),
    { numRuns: 1_000 },
  );
});

test("slices count from the end, and from before the beginning, as in the RFC", () => {
  const list = ["a", "b", "c", "d", "e", "f", "g"];
  const found = (slice: string) => find(list, `$[${slice}]`)?.map(String).join("");
  expect(found("1:3")).toBe("bc");
  expect(found("5:")).toBe("fg");
  expect(found("1:5:2")).toBe("bd");
  expect(found("5:1:-2")).toBe("fd");
  expect(found("::-1")).toBe("gfedcba");
  expect(found("-2:")).toBe("fg");
  expect(found("-20:2")).toBe("ab");
  expect(found(":-5")).toBe("ab");
  expect(found("-20:-19")).toBe("");
  expect(found("1:-20:-1")).toBe("ba");
  expect(found("::0")).toBe("");
});

test("own properties only are found, by whatever name", () => {
  expect(find({}, "$.__proto__")).toEqual([]);
  expect(find({}, "$.constructor.name")).toEqual([]);
  expect(find([], "$.length")).toEqual([]);
  expect(find(JSON.parse('{"__proto__":{"a":1}}'), "$.__proto__.a")).toEqual([1]);
  expect(find("text", "$[0]")).toEqual([]);
});

test("a look takes a bounded number of steps, however the value nests", () => {
  const wide: Json = Array.from({ length: 300_000 }, () => 0);
  expect(find({ wide }, "$.wide[*]")).toBeUndefined();
  expect(find({ wide }, "$..x")).toBeUndefined();
  let deep: Json = 1;
  for (let level = 0; level < 5_000; level++) deep = { a: deep, b: [deep] };
  expect(find(deep, "$..a..a..a..b")).toBeUndefined();
});

test("what is no path, or has a filter, is refused", () => {
  for (const path of ["", "a", "$.", "$[", "$.a b", "$['a'"]) {
    expect(() => compileJsonPath(path, parse)).toThrow(/Expected/);
  }
  expect(() => compileJsonPath("$.a[?match(@.b, '(a*)*')]", parse)).toThrow(/filters/);
});
