import "@xyflow/react/dist/base.css";
import { useComputedColorScheme } from "@mantine/core";
import { Background, Controls, MarkerType, ReactFlow, type Edge } from "@xyflow/react";
import { useMemo, useState } from "react";
import { layoutPlan, nodeSize } from "./layout-plan.ts";
import { PlanNode, type PlanNodeType } from "./plan-node.tsx";
import type { PlanShapeProps } from "./plan-shape.ts";
import styles from "./plan-canvas.module.css";

const nodeTypes = { step: PlanNode };

/**
 * The plan as a graph, laid out by itself. Edges are drawn and deleted here; everything else, and the same
 * by keyboard, is done in the list and the form beside it.
 */
export function PlanCanvas(props: PlanShapeProps) {
  const { onSelect, actions } = props;
  const [chosenEdge, chooseEdge] = useState<string>();
  const scheme = useComputedColorScheme();
  const { nodes, edges } = useGraph(props, chosenEdge);
  const isEditable = actions !== null;
  return (
    <div className={styles["canvas"]}>
      {/* Another shape is fitted into the frame anew. */}
      <ReactFlow<PlanNodeType>
        key={edges.map(({ id }) => id).join()}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.08 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={isEditable}
        edgesFocusable={isEditable}
        deleteKeyCode={isEditable ? ["Delete", "Backspace"] : null}
        onNodeClick={(_, node) => onSelect(node.id)}
        onPaneClick={() => onSelect(undefined)}
        onEdgesChange={(changes) => {
          for (const change of changes) {
            if (change.type !== "select" || !isEditable) continue;
            chooseEdge(change.selected ? change.id : undefined);
            // Delete takes away what is chosen: one thing at a time.
            if (change.selected) onSelect(undefined);
          }
        }}
        onNodesChange={(changes) => {
          for (const change of changes) {
            if (change.type === "select" && change.selected) onSelect(change.id);
            if (change.type === "remove") actions?.remove(change.id);
          }
        }}
        onConnect={({ source, target }) => actions?.depend(source, target, true)}
        onEdgesDelete={(gone) => {
          for (const { source, target } of gone) actions?.depend(source, target, false);
        }}
        proOptions={{ hideAttribution: true }}
        aria-label="Plan as a graph"
      >
        <Background gap={20} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function useGraph(
  { steps, changes, problems, selected, actions }: PlanShapeProps,
  chosenEdge: string | undefined,
) {
  const isEditable = actions !== null;
  const { direction, places } = useMemo(() => layoutPlan(steps), [steps]);
  return useMemo(() => {
    const nodes = steps.map((step): PlanNodeType => ({
      id: step.id,
      type: "step",
      position: places.get(step.id) ?? { x: 0, y: 0 },
      ...nodeSize,
      selected: step.id === selected,
      deletable: isEditable && step.status !== "done" && step.status !== "running",
      ariaLabel: `Step ${step.id}, ${step.status}: ${step.intent}`,
      data: {
        step,
        change: changes.get(step.id) ?? null,
        problems: problems.get(step.id) ?? [],
        direction,
        isEditable,
      },
    }));
    const ids = new Set(steps.map(({ id }) => id));
    const edges = steps.flatMap((step) =>
      step.dependsOn
        .filter((before) => ids.has(before))
        .map((before): Edge => ({
          id: `${before} ${step.id}`,
          source: before,
          target: step.id,
          selected: chosenEdge === `${before} ${step.id}`,
          animated: step.status === "running",
          ariaLabel: `${step.id} waits for ${before}`,
          markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
        })),
    );
    return { nodes, edges };
  }, [steps, changes, problems, selected, isEditable, direction, places, chosenEdge]);
}
