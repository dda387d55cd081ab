import "@xyflow/react/dist/base.css";
import { useComputedColorScheme } from "@mantine/core";
import {
  Background,
  Controls,
  ReactFlow,
  type Edge,
  type Node,
  type NodeTypes,
  type ReactFlowInstance,
} from "@xyflow/react";
import { useRef } from "react";
import styles from "./graph-canvas.module.css";

/** What is done to a graph by drawing and deleting. */
export interface GraphEdit {
  remove: (nodeId: string) => void;
  link: (from: string, to: string, isLinked: boolean) => void;
}

interface GraphCanvasProps<GraphNode extends Node> {
  label: string;
  /** Another shape is fitted into the frame anew. */
  shape: string;
  nodes: GraphNode[];
  edges: Edge[];
  nodeTypes: NodeTypes;
  selected: string | undefined;
  onSelect: (nodeId: string | undefined) => void;
  onChooseEdge: (edgeId: string | undefined) => void;
  /** null: it is only looked at. */
  edit: GraphEdit | null;
}

/** No smaller, so that its words can be read. */
const fit = { minZoom: 0.85, maxZoom: 1, padding: 0.08 };
const margin = 16;

/** A graph that is laid out already: nodes are selected, edges drawn, and what is selected deleted. */
export function GraphCanvas<GraphNode extends Node>(props: GraphCanvasProps<GraphNode>) {
  const { label, shape, nodes, edges, nodeTypes, selected, onSelect, onChooseEdge, edit } = props;
  const scheme = useComputedColorScheme();
  const frame = useRef<HTMLDivElement>(null);
  return (
    <div ref={frame} className={styles["canvas"]}>
      <ReactFlow<GraphNode>
        key={shape}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        fitViewOptions={fit}
        onInit={(flow) => frame.current && void showBeginning(flow, frame.current)}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={edit !== null}
        edgesFocusable={edit !== null}
        deleteKeyCode={edit ? ["Delete", "Backspace"] : null}
        onNodeClick={(_, node) => onSelect(node.id)}
        onPaneClick={() => onSelect(undefined)}
        onNodesChange={(changes) => {
          for (const change of changes) {
            if (change.type === "select" && change.selected && change.id !== selected) {
              onSelect(change.id);
            }
            if (change.type === "remove") edit?.remove(change.id);
          }
        }}
        onEdgesChange={(changes) => {
          for (const change of changes) {
            if (change.type !== "select" || !edit) continue;
            onChooseEdge(change.selected ? change.id : undefined);
            // Delete takes away what is chosen: one thing at a time.
            if (change.selected) onSelect(undefined);
          }
        }}
        onConnect={({ source, target }) => edit?.link(source, target, true)}
        onEdgesDelete={(gone) => {
          for (const { source, target } of gone) edit?.link(source, target, false);
        }}
        proOptions={{ hideAttribution: true }}
        aria-label={label}
      >
        <Background gap={20} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

/** Of what is larger than the frame its beginning is seen first, and not its middle. */
async function showBeginning<GraphNode extends Node>(
  flow: ReactFlowInstance<GraphNode>,
  { clientWidth, clientHeight }: HTMLElement,
): Promise<void> {
  await flow.fitView(fit);
  const { x, y, zoom } = flow.getViewport();
  const { x: left, y: top, width, height } = flow.getNodesBounds(flow.getNodes());
  await flow.setViewport({
    x: width * zoom > clientWidth ? margin - left * zoom : x,
    y: height * zoom > clientHeight ? margin - top * zoom : y,
    zoom,
  });
}
