import { expect, test } from "vitest";
import { branchesOf } from "./run-tree.ts";

test("branches lead to their nodes", () => {
  const depths = [0, 1, 2, 2, 1, 2, 3, 1];
  expect(branchesOf(depths.map((depth) => ({ depth })))).toEqual([
    "",
    "├ ",
    "│ ├ ",
    "│ └ ",
    "├ ",
    "│ └ ",
    "│   └ ",
    "└ ",
  ]);
});
