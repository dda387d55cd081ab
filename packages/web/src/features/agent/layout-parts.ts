import { Graph, layout } from "@dagrejs/dagre";
import type { AgentPicture } from "./agent-parts.ts";

/** Every part is drawn in this size, so that nothing is measured before it is laid out. */
export const partSize = { width: 170, height: 58 };

/** Where each part stands: models at the left, what the agent uses at the right. */
export function layoutParts({
  parts,
  links,
}: AgentPicture): ReadonlyMap<string, { x: number; y: number }> {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 28 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of parts) graph.setNode(id, { ...partSize });
  for (const { from, to } of links) graph.setEdge(from, to);
  layout(graph);
  return new Map(
    parts.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { x: x - partSize.width / 2, y: y - partSize.height / 2 }];
    }),
  );
}
