import "@xyflow/react/dist/base.css";
import { useComputedColorScheme } from "@mantine/core";
import { Background, Controls, MarkerType, ReactFlow, type Edge } from "@xyflow/react";
import { useMemo, useState } from "react";
import canvas from "../plan/plan-canvas.module.css";
import { problemsAt } from "./agent-draft.ts";
import { kindWords } from "./part-words.tsx";
import { layoutParts, partSize } from "./layout-parts.ts";
import { PartNode, type PartNodeType } from "./part-node.tsx";
import type { PartShapeProps } from "./part-shape.ts";

const nodeTypes = { part: PartNode };

/**
 * An agent as a picture, laid out by itself. A link drawn from the approvals to a tool has a person asked first;
 * everything else, and the same by keyboard, is done in the list and the fields beside it.
 */
export function AgentCanvas(props: PartShapeProps) {
  const { selected, onSelect, onRemove, onLink } = props;
  const [chosenEdge, chooseEdge] = useState<string>();
  const scheme = useComputedColorScheme();
  const { nodes, edges } = useGraph(props, chosenEdge);
  return (
    <div className={canvas["canvas"]}>
      {/* Another shape is fitted into the frame anew. */}
      <ReactFlow<PartNodeType>
        key={nodes.map(({ id }) => id).join()}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.08 }}
        minZoom={0.2}
        nodesDraggable={false}
        deleteKeyCode={["Delete", "Backspace"]}
        onNodeClick={(_, node) => onSelect(node.id)}
        onPaneClick={() => onSelect(undefined)}
        onNodesChange={(changes) => {
          for (const change of changes) {
            if (change.type === "select" && change.selected && change.id !== selected) {
              onSelect(change.id);
            }
            if (change.type === "remove") onRemove(change.id);
          }
        }}
        onEdgesChange={(changes) => {
          for (const change of changes) {
            if (change.type !== "select") continue;
            chooseEdge(change.selected ? change.id : undefined);
            // Delete takes away what is chosen: one thing at a time.
            if (change.selected) onSelect(undefined);
          }
        }}
        onConnect={({ source, target }) => onLink(source, target, true)}
        onEdgesDelete={(gone) => {
          for (const { source, target } of gone) onLink(source, target, false);
        }}
        proOptions={{ hideAttribution: true }}
        aria-label="The agent as a picture"
      >
        <Background gap={20} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function useGraph({ picture, problems, selected }: PartShapeProps, chosenEdge: string | undefined) {
  const places = useMemo(() => layoutParts(picture), [picture]);
  return useMemo(() => {
    const nodes = picture.parts.map((part): PartNodeType => ({
      id: part.id,
      type: "part",
      position: places.get(part.id) ?? { x: 0, y: 0 },
      ...partSize,
      selected: part.id === selected,
      deletable: part.canRemove,
      ariaLabel: `${kindWords[part.kind]} ${part.name}`,
      data: {
        part,
        problem: part.path.length > 0 ? problemsAt(problems, part.path)[0] : undefined,
      },
    }));
    const edges = picture.links.map(({ from, to, label, canRemove }): Edge => ({
      id: `${from} ${to}`,
      source: from,
      target: to,
      selected: chosenEdge === `${from} ${to}`,
      focusable: canRemove,
      deletable: canRemove,
      ariaLabel: `${from} ${label} ${to}`,
      ...(from === "approvals" && { style: { strokeDasharray: "5 4" } }),
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    }));
    return { nodes, edges };
  }, [picture, problems, selected, places, chosenEdge]);
}
