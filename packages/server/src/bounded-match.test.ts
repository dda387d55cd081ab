import { expect, test } from "vitest";
import { boundedMatch } from "./bounded-match.ts";

test("matches as a regular expression does", () => {
  expect(boundedMatch("^A: \\d+$", "A: 42")).toBe(true);
  expect(boundedMatch("^A: \\d+$", "A: forty")).toBe(false);
});

test("gives up on a pattern that goes back and forth for ever, and then works as before", () => {
  expect(boundedMatch("^(a+)+$", `${"a".repeat(60)}!`)).toBe(false);
  expect(boundedMatch("a", "a")).toBe(true);
});
