import type { RowCounts, RunStatus } from "@flotilla/core";
import { useComputedColorScheme, VisuallyHidden } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState, type MouseEvent, type PointerEvent } from "react";
import { statusOrder } from "../../components/status.ts";
import { CellTip, type HoveredCell } from "./cell-tip.tsx";
import type { Cells } from "./cells.ts";
import { cellColors, drawCell } from "./draw-cells.ts";
import { cellAt, cellOrigin, gridLayout, type GridLayout } from "./grid-layout.ts";
import { useGridCursor } from "./use-grid-cursor.ts";
import styles from "./cell-grid.module.css";

interface CellGridProps {
  cells: Cells;
  rows: number;
  counts: RowCounts;
  highlight: RunStatus | undefined;
  onOpen: (row: number) => void;
}

/** About how high the grid may get, in CSS pixels. */
const gridHeight = 300;

/** One cell per row, live. The table below says the same with words. */
export function CellGrid({ cells, rows, counts, highlight, onOpen }: CellGridProps) {
  const { ref: frame, width } = useElementSize();
  const [hovered, setHovered] = useState<HoveredCell>();
  const layout = useMemo(() => gridLayout(rows, width, gridHeight), [rows, width]);
  const canvas = useDrawing({ cells, rows, width, layout, highlight });
  const current = useGridCursor({ canvas, layout, rows, onOpen });

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
  return (
    // Arrows go from cell to cell, so whoever reads the page aloud must leave them to it.
    <div
      ref={frame}
      className={styles["frame"]}
      role="application"
      aria-label="Rows as a grid: arrows go from row to row, Enter opens one"
      tabIndex={0}
    >
      <canvas
        ref={canvas}
        className={styles["canvas"]}
        style={{ height: layout.height }}
        role="img"
        aria-label={`Grid of rows: ${statusOrder.map((status) => `${counts[status]} ${status}`).join(", ")}`}
        onPointerMove={hover}
        onPointerLeave={() => setHovered(undefined)}
        onClick={(event) => {
          const row = rowAt(event);
          if (row !== undefined) onOpen(row);
        }}
      />
      {current !== undefined && <Cursor row={current} layout={layout} cells={cells} />}
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

/** Around the cell where the keyboard is, which is also said. */
function Cursor({ row, layout, cells }: { row: number; layout: GridLayout; cells: Cells }) {
  const [x, y] = cellOrigin(layout, row - 1);
  const size = layout.cell + 4;
  const place = { left: x - 2, top: y - 2, width: size, height: size };
  return (
    <>
      <span className={styles["ring"]} style={place} aria-hidden />
      <VisuallyHidden role="status">
        Row {row}: {cells.statusOf(row) ?? "pending"}
      </VisuallyHidden>
    </>
  );
}
