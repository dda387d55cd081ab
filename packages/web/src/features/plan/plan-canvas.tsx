import { MarkerType, type Edge } from "@xyflow/react";
import { useMemo, useState } from "react";
import { GraphCanvas } from "../../components/graph-canvas.tsx";
import { layoutPlan, nodeSize } from "./layout-plan.ts";
import { PlanNode, type PlanNodeType } from "./plan-node.tsx";
import type { PlanShapeProps } from "./plan-shape.ts";

/** Edges to a step that is under way. */
const underWay = { strokeDasharray: "5 4" };
const nodeTypes = { step: PlanNode };

/**
 * The plan as a graph, laid out by itself. Edges are drawn and deleted here; everything else, and the same
 * by keyboard, is done in the list and the form beside it.
 */
export function PlanCanvas(props: PlanShapeProps) {
  const { selected, onSelect, actions } = props;
  const [chosenEdge, chooseEdge] = useState<string>();
  const { nodes, edges } = useGraph(props, chosenEdge);
  return (
    <GraphCanvas
      label="Plan as a graph"
      shape={edges.map(({ id }) => id).join()}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      selected={selected}
      onSelect={onSelect}
      onChooseEdge={chooseEdge}
      edit={actions && { remove: actions.remove, link: actions.depend }}
    />
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
          style: step.status === "running" ? underWay : {},
          ariaLabel: `${step.id} waits for ${before}`,
          markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
        })),
    );
    return { nodes, edges };
  }, [steps, changes, problems, selected, isEditable, direction, places, chosenEdge]);
}
