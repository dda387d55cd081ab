import fc from "fast-check";
import { expect, it } from "vitest";
import { diffLines } from "./diff-lines.ts";

const texts = fc.array(fc.constantFrom("one", "two", "three", ""), { maxLength: 8 }).map(joined);

function joined(lines: string[]): string {
  return lines.join("\n");
}

it("tells what was removed before what was added", () => {
  expect(diffLines("a\nb\nc", "a\nx\ny\nc").map(({ change, text }) => `${change} ${text}`)).toEqual(
    ["same a", "removed b", "added x", "added y", "same c"],
  );
});

it("has both texts in it, and only same lines for the same text", () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const lines = diffLines(before, after);
      const without = (change: string) =>
        joined(lines.filter((line) => line.change !== change).map(({ text }) => text));
      expect(without("added")).toBe(before);
      expect(without("removed")).toBe(after);
      expect(diffLines(before, before).every(({ change }) => change === "same")).toBe(true);
    }),
  );
});
