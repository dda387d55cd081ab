import type { TreeNode } from "@flotilla/core";
import { expect, test } from "vitest";
import { shownNodes } from "./shown-nodes.ts";

const nodes = (...depths: number[]) =>
  depths.map((depth, index) => ({ runId: `run_${index}`, depth }) as TreeNode);

const tree = nodes(0, 1, 2, 2, 1, 2, 3, 1);
const shown = (...folded: number[]) =>
  shownNodes(tree, new Set(folded.map((index) => `run_${index}`))).map(({ node }) => node.runId);

test("what is below a folded run is not shown, and what comes after it is", () => {
  expect(shown()).toHaveLength(8);
  expect(shown(1)).toEqual(["run_0", "run_1", "run_4", "run_5", "run_6", "run_7"]);
  expect(shown(4)).toEqual(["run_0", "run_1", "run_2", "run_3", "run_4", "run_7"]);
  expect(shown(0)).toEqual(["run_0"]);
  expect(shown(4, 5)).toEqual(shown(4));
});

test("a run knows how many are below it, folded or not", () => {
  const below = shownNodes(tree, new Set(["run_1"])).map((one) => one.below);
  expect(below).toEqual([7, 2, 2, 1, 0, 0]);
});
