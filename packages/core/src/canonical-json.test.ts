import * as fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

const json = fc.jsonValue({ maxDepth: 5, noUnicodeString: false });

/** The same value with the keys of its objects in another order. */
function shuffled(value: unknown, flip: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => shuffled(one, !flip));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, shuffled(one, !flip)]);
  return Object.fromEntries(flip ? entries.toReversed() : entries);
}

it("does not depend on the order of keys", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(shuffled(value, true))).toBe(canonicalJson(value));
    }),
  );
});

it("says the whole value", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it("differs for values that differ", () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const isEqual = isDeepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
      expect(canonicalJson(a) === canonicalJson(b)).toBe(isEqual);
    }),
  );
});

it("leaves out what is undefined, and keeps hostile keys and texts", () => {
  expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
  const hostile = JSON.parse('{"__proto__":{"x":1},"\\u0000":"\\ud800","10":1,"9":2}') as object;
  expect(JSON.parse(canonicalJson(hostile))).toEqual(hostile);
  expect(canonicalJson(["a", "b"])).not.toBe(canonicalJson(["b", "a"]));
});

function isDeepEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isDeepEqual(value, right.get(key)))
  );
}
