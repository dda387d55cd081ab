import type { RunTree, TreeNode } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { money } from "./money.ts";
import { count, counted } from "./number.ts";
import { statusWord } from "./status.ts";
import { table, type Column } from "./table.ts";
import { between } from "./time.ts";

/** A run and what it began, as branches under each other, with what each cost and all below it. */
export function treeText(tree: RunTree, terminal: Terminal): string {
  const branches = branchesOf(tree.nodes);
  const rows = tree.nodes.map((node, index) => ({ node, branch: branches[index] ?? "" }));
  const columns: Column<(typeof rows)[number]>[] = [
    { title: "AGENT", value: ({ node, branch }) => `${branch}${node.agentName}` },
    { title: "RUN", value: ({ node }) => node.runId },
    { title: "STATUS", value: ({ node }) => statusWord(node.status, terminal.paint) },
    { title: "TOOK", align: "right", value: ({ node }) => between(node.startedAt, node.endedAt) },
    { title: "STEPS", align: "right", value: ({ node }) => count(node.own.steps) },
    {
      title: "COST",
      align: "right",
      value: ({ node }) => money(node.own.costMicros, node.own.costIncomplete),
    },
    {
      title: "TOTAL",
      align: "right",
      value: ({ node }) => money(node.total.costMicros, node.total.costIncomplete),
    },
    { title: "INPUT", value: ({ node }) => node.input },
  ];
  const { status, total, nodes } = tree;
  const sum = [
    counted(nodes.length, "run"),
    statusWord(status, terminal.paint),
    `${count(total.inputTokens + total.outputTokens)} tokens`,
    money(total.costMicros, total.costIncomplete),
  ];
  return `${table(rows, columns, terminal)}\n${sum.join(", ")}`;
}

/** The lines that lead to each node; nodes come in the order in which they are printed. */
export function branchesOf(nodes: readonly Pick<TreeNode, "depth">[]): string[] {
  return nodes.map(({ depth }, index) => {
    let line = "";
    for (let level = 1; level <= depth; level++) {
      const goesOn = followsAt(nodes, index, level);
      if (level === depth) line += goesOn ? "├ " : "└ ";
      else line += goesOn ? "│ " : "  ";
    }
    return line;
  });
}

/** Whether a node comes later on that level, before one above it. */
function followsAt(
  nodes: readonly Pick<TreeNode, "depth">[],
  index: number,
  level: number,
): boolean {
  const next = nodes.slice(index + 1).find(({ depth }) => depth <= level);
  return next?.depth === level;
}
