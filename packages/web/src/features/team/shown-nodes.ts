import type { TreeNode } from "@flotilla/core";

interface ShownNode {
  node: TreeNode;
  /** How many runs are below it, shown or not. */
  below: number;
}

/**
 * The runs of a tree that are not below a folded one. `nodes` come parents first, so what is below a run
 * follows it until the depth is its own again.
 */
export function shownNodes(nodes: readonly TreeNode[], folded: ReadonlySet<string>): ShownNode[] {
  const shown: ShownNode[] = [];
  let hiddenBelow = Infinity;
  for (const [index, node] of nodes.entries()) {
    if (node.depth > hiddenBelow) continue;
    hiddenBelow = folded.has(node.runId) ? node.depth : Infinity;
    shown.push({ node, below: countBelow(nodes, index) });
  }
  return shown;
}

function countBelow(nodes: readonly TreeNode[], index: number): number {
  const depth = nodes[index]?.depth ?? 0;
  const next = nodes.findIndex((node, place) => place > index && node.depth <= depth);
  return (next < 0 ? nodes.length : next) - index - 1;
}
