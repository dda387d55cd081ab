import { Graph, layout } from "@dagrejs/dagre";
import type { PlanStep } from "@flotilla/core";

/** Every step is drawn in this size, so that nothing is measured before it is laid out. */
export const nodeSize = { width: 248, height: 104 };

/** About what there is to draw on; the plan goes the way in which it is shown larger there. */
const room = { width: 760, height: 540 };

export interface PlanLayout {
  /** From left to right, or from top to bottom. */
  direction: "LR" | "TB";
  /** The upper left corner of each step. */
  places: ReadonlyMap<string, { x: number; y: number }>;
}

type Placed = Pick<PlanStep, "id" | "dependsOn">;

/** Where each step stands: in the order of what depends on what. */
export function layoutPlan(steps: readonly Placed[]): PlanLayout {
  const across = drawn(steps, "LR");
  const down = drawn(steps, "TB");
  const { direction, places } = down.scale > across.scale ? down : across;
  return { direction, places };
}

function drawn(steps: readonly Placed[], direction: PlanLayout["direction"]) {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: 28, ranksep: 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of steps) graph.setNode(id, { ...nodeSize });
  const ids = new Set(steps.map(({ id }) => id));
  for (const { id, dependsOn } of steps) {
    for (const before of dependsOn) if (ids.has(before)) graph.setEdge(before, id);
  }
  layout(graph);
  const { width = 1, height = 1 } = graph.graph() as { width?: number; height?: number };
  const places = new Map(
    steps.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
    }),
  );
  return { direction, places, scale: Math.min(1, room.width / width, room.height / height) };
}
