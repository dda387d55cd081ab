import { MarkerType, type Edge } from "@xyflow/react";
import { useMemo, useState } from "react";
import { GraphCanvas } from "../../components/graph-canvas.tsx";
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
  const { nodes, edges } = useGraph(props, chosenEdge);
  return (
    <GraphCanvas
      label="The agent as a picture"
      shape={nodes.map(({ id }) => id).join()}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      selected={selected}
      onSelect={onSelect}
      onChooseEdge={chooseEdge}
      edit={{ remove: onRemove, link: onLink }}
    />
  );
}

function useGraph({ picture, problems, selected }: PartShapeProps, chosenEdge: string | undefined) {
  const places = useMemo(() => layoutParts(picture), [picture]);
  return useMemo(() => {
    const [ends, starts] = [
      new Set(picture.links.map(({ to }) => to)),
      new Set(picture.links.map(({ from }) => from)),
    ];
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
        isLinked: { in: ends.has(part.id), out: starts.has(part.id) },
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
      ...((from === "approvals" || from.startsWith("rule:")) && {
        style: { strokeDasharray: "5 4" },
      }),
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    }));
    return { nodes, edges };
  }, [picture, problems, selected, places, chosenEdge]);
}
