import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import type { AgentPart } from "./agent-parts.ts";
import { kindWords, PartIcon } from "./part-words.tsx";
import styles from "./part-node.module.css";

export type PartNodeType = Node<{ part: AgentPart; problem: string | undefined }, "part">;

/** One part of an agent on the canvas. */
export function PartNode({ data: { part, problem }, selected }: NodeProps<PartNodeType>) {
  const { kind, name, about } = part;
  return (
    <div
      className={styles["node"]}
      data-kind={kind}
      data-selected={selected}
      data-wrong={problem !== undefined}
    >
      <Handle type="target" position={Position.Left} isConnectable={kind === "tool"} />
      <PartIcon kind={kind} />
      <span className={styles["name"]} title={name}>
        {name}
      </span>
      <span className={styles["about"]} title={problem ?? about}>
        {problem ?? (about || kindWords[kind])}
      </span>
      <Handle type="source" position={Position.Right} isConnectable={kind === "approvals"} />
    </div>
  );
}
