import { expect, test } from "vitest";
import { artifactsIn } from "./artifacts-in.ts";

const id = (digit: number) => `art_${String(digit).repeat(26)}`;

test("the artifacts of a result are found wherever they are, each once, and no more than a page shows", () => {
  expect(artifactsIn({ a: id(1), b: [{ c: id(2) }, id(1)], d: "art_1", e: null })).toEqual([
    id(1),
    id(2),
  ]);
  expect(artifactsIn(Array.from({ length: 10 }, (_, index) => id(index)))).toHaveLength(8);
});
