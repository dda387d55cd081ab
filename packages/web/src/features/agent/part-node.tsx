import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import type { AgentPart } from "./agent-parts.ts";
import { kindWords, PartIcon } from "./part-words.tsx";
import styles from "./part-node.module.css";

export type PartNodeType = Node<
  {
    part: AgentPart;
    problem: string | undefined;
    /** Whether links come to it, and go from it. */
    isLinked: { in: boolean; out: boolean };
  },
  "part"
>;

/** One part of an agent on the canvas. */
export function PartNode({ data: { part, problem, isLinked }, selected }: NodeProps<PartNodeType>) {
  const { kind, name, about } = part;
  return (
    <div
      className={styles["node"]}
      data-kind={kind}
      data-selected={selected}
      data-wrong={problem !== undefined}
    >
      {(isLinked.in || kind === "tool") && (
        <Handle type="target" position={Position.Left} isConnectable={kind === "tool"} />
      )}
      <PartIcon kind={kind} />
      <span className={styles["name"]} title={name}>
        {name}
      </span>
      <span className={styles["about"]} title={problem ?? about}>
        {problem ?? (about || kindWords[kind])}
      </span>
      {(isLinked.out || kind === "approvals") && (
        <Handle type="source" position={Position.Right} isConnectable={kind === "approvals"} />
      )}
    </div>
  );
}
