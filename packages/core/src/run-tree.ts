import { z } from "zod";
import { runStatusSchema } from "./run.ts";

/** What was used and spent, known costs added up. */
const spentSchema = z.object({
  steps: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costMicros: z.int(),
  /** True when a call had no known price: costMicros is then a lower bound. */
  costIncomplete: z.boolean(),
});
export type Spent = z.infer<typeof spentSchema>;

/** A run as a member of a tree. */
export const treeRunSchema = z.object({
  runId: z.string(),
  /** null: the run that the tree was asked for. */
  parentId: z.string().nullable(),
  agentName: z.string(),
  agentVersion: z.int(),
  status: runStatusSchema,
  /** The start of its input. */
  input: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  /** Without what lies below it. */
  own: spentSchema,
});
export type TreeRun = z.infer<typeof treeRunSchema>;

/** A run at its place in its tree. */
export const treeNodeSchema = treeRunSchema.extend({
  /** 0: the run that the tree was asked for. */
  depth: z.int().nonnegative(),
  /** Its own and that of all below it. */
  total: spentSchema,
});
export type TreeNode = z.infer<typeof treeNodeSchema>;

/** A run and all that it began, parents before their children, in the order in which they were begun. */
export const runTreeSchema = z.object({
  /** The top of the whole tree, of which this may be a part. */
  rootId: z.string(),
  /** That of the first node when it has ended; before that `running` while any of them is. */
  status: runStatusSchema,
  total: spentSchema,
  nodes: z.array(treeNodeSchema),
});
export type RunTree = z.infer<typeof runTreeSchema>;

const noSpent: Spent = {
  steps: 0,
  inputTokens: 0,
  outputTokens: 0,
  costMicros: 0,
  costIncomplete: false,
};

function addSpent(a: Spent, b: Spent): Spent {
  return {
    steps: a.steps + b.steps,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costMicros: a.costMicros + b.costMicros,
    costIncomplete: a.costIncomplete || b.costIncomplete,
  };
}

/**
 * The tree of runs, in any order, the top one among them (its `parentId` is null): in order, with depths
 * and sums. Runs whose parent is not among them are left out.
 */
export function growTree(rootId: string, runs: readonly TreeRun[]): RunTree {
  const children = Map.groupBy(runs, (run) => run.parentId);
  const nodes: TreeNode[] = [];
  const grow = (run: TreeRun, depth: number): Spent => {
    const place = nodes.length;
    nodes.push({ ...run, depth, total: run.own });
    const below = (children.get(run.runId) ?? []).toSorted(byId);
    const total = below.reduce((sum, child) => addSpent(sum, grow(child, depth + 1)), run.own);
    nodes[place] = { ...run, depth, total };
    return total;
  };
  const total = (children.get(null) ?? []).reduce(
    (sum, top) => addSpent(sum, grow(top, 0)),
    noSpent,
  );
  return { rootId, status: treeStatus(nodes), total, nodes };
}

function byId(a: { runId: string }, b: { runId: string }): number {
  return a.runId < b.runId ? -1 : 1;
}

function treeStatus([top, ...rest]: TreeNode[]): RunTree["status"] {
  if (!top) return "pending";
  if (top.status === "completed" || top.status === "failed" || top.status === "cancelled") {
    return top.status;
  }
  const all = [top, ...rest].map(({ status }) => status);
  return all.find((one) => one === "running") ?? all.find((one) => one === "pending") ?? "waiting";
}
