import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonDepth, type Json } from "./json.ts";

describe("jsonDepth", () => {
  it("counts nesting, of any depth, without recursion", () => {
    expect(jsonDepth(1)).toBe(0);
    expect(jsonDepth([])).toBe(1);
    expect(jsonDepth({ a: [1, { b: 2 }] })).toBe(3);
    let deep: Json = [];
    for (let i = 1; i < 100_000; i++) deep = [deep];
    expect(jsonDepth(deep)).toBe(100_000);
  });

  it("is one more than the deepest child", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonDepth([value])).toBe(jsonDepth(value) + 1);
      }),
    );
  });
});
