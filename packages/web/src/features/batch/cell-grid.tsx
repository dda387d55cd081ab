import type { RowCounts, RunStatus } from "@flotilla/core";
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState, type MouseEvent, type PointerEvent } from "react";
import { statusOrder } from "../../components/status.ts";
import { CellTip, type HoveredCell } from "./cell-tip.tsx";
import type { Cells } from "./cells.ts";
import { cellColors, drawCell } from "./draw-cells.ts";
import { cellAt, gridLayout, type GridLayout } from "./grid-layout.ts";
import styles from "./cell-grid.module.css";

interface CellGridProps {
  cells: Cells;
  rows: number;
  counts: RowCounts;
  highlight: RunStatus | undefined;
}

/** About how high the grid may get, in CSS pixels. */
const gridHeight = 300;

/** One cell per row, live. The table below says the same with words and for the keyboard. */
export function CellGrid({ cells, rows, counts, highlight }: CellGridProps) {
  const navigate = useNavigate();
  const { ref: frame, width } = useElementSize();
  const [hovered, setHovered] = useState<HoveredCell>();
  const layout = useMemo(() => gridLayout(rows, width, gridHeight), [rows, width]);
  const canvas = useDrawing({ cells, rows, width, layout, highlight });

  function rowAt(event: PointerEvent | MouseEvent): number | undefined {
    const box = event.currentTarget.getBoundingClientRect();
    const index = cellAt(layout, rows, event.clientX - box.left, event.clientY - box.top);
    return index === undefined ? undefined : index + 1;
  }
  function hover(event: PointerEvent) {
    const row = rowAt(event);
    const box = event.currentTarget.getBoundingClientRect();
    setHovered(
      row === undefined
        ? undefined
        : { row, x: event.clientX - box.left, y: event.clientY - box.top },
    );
  }
  function open(event: MouseEvent) {
    const row = rowAt(event);
    const runId = row && cells.runOf(row);
    if (runId) void navigate({ to: "/runs/$runId", params: { runId } });
  }
  return (
    <div ref={frame} className={styles["frame"]}>
      <canvas
        ref={canvas}
        className={styles["canvas"]}
        style={{ height: layout.height }}
        role="img"
        aria-label={`Grid of rows: ${statusOrder.map((status) => `${counts[status]} ${status}`).join(", ")}`}
        onPointerMove={hover}
        onPointerLeave={() => setHovered(undefined)}
        onClick={open}
      />
      {hovered && <CellTip hovered={hovered} cells={cells} width={width} />}
    </div>
  );
}

interface Drawing {
  cells: Cells;
  rows: number;
  width: number;
  layout: GridLayout;
  highlight: RunStatus | undefined;
}

/** Keeps the canvas it is given the ref of drawn: all cells at first, then those that change. */
function useDrawing({ cells, rows, width, layout, highlight }: Drawing) {
  const scheme = useComputedColorScheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element?.parentElement || !context || width === 0) return;
    const scale = window.devicePixelRatio;
    element.width = Math.round(width * scale);
    element.height = Math.round(layout.height * scale);
    context.scale(scale, scale);
    const painter = { context, layout, colors: cellColors(element.parentElement), highlight };
    for (let row = 1; row <= rows; row++) drawCell(painter, cells, row);
    return cells.subscribe((changed) => {
      for (const [row] of changed) if (row <= rows) drawCell(painter, cells, row);
    });
  }, [cells, rows, width, layout, highlight, scheme]);
  return canvas;
}
