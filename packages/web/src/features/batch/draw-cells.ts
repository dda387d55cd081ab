import type { RunStatus } from "@flotilla/core";
import type { Cells } from "./cells.ts";
import { cellOrigin, type GridLayout } from "./grid-layout.ts";

/** Colours as the canvas takes them. */
export type CellColors = Record<RunStatus | "surface", string>;

export interface CellPainter {
  context: CanvasRenderingContext2D;
  layout: GridLayout;
  colors: CellColors;
  /** Only rows of this status stand out; undefined: all do. */
  highlight: RunStatus | undefined;
}

/** Below this edge a mark inside a cell would be a smudge. */
const smallestMarked = 6;

/** The colours of the page's scheme, as the browser computes them on this element. */
export function cellColors(element: HTMLElement): CellColors {
  const probe = element.appendChild(document.createElement("span"));
  // Or it is read on its way from one colour to the next.
  probe.style.transition = "none";
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colors = {
    pending: read("pending"),
    running: read("running"),
    waiting: read("waiting"),
    completed: read("completed"),
    failed: read("failed"),
    cancelled: read("cancelled"),
    surface: read("surface"),
  };
  probe.remove();
  return colors;
}

/**
 * Draws one row's cell. Statuses that hues alone may not tell apart have a shape too:
 * failed is crossed out, cancelled is hollow.
 */
export function drawCell(painter: CellPainter, cells: Cells, row: number): void {
  const { context, layout, colors, highlight } = painter;
  const { cell } = layout;
  const [x, y] = cellOrigin(layout, row - 1);
  const status = cells.statusOf(row) ?? "pending";
  context.clearRect(x, y, cell, cell);
  context.globalAlpha = highlight && highlight !== status ? 0.15 : 1;
  context.fillStyle = colors[status];
  context.fillRect(x, y, cell, cell);
  if (cell >= smallestMarked && status === "cancelled") {
    const edge = Math.max(1, Math.round(cell / 6));
    context.fillStyle = colors.surface;
    context.fillRect(x + edge, y + edge, cell - 2 * edge, cell - 2 * edge);
  }
  if (cell >= smallestMarked && status === "failed") {
    const inset = cell * 0.28;
    context.strokeStyle = colors.surface;
    context.lineWidth = Math.max(1, cell / 9);
    context.beginPath();
    context.moveTo(x + inset, y + inset);
    context.lineTo(x + cell - inset, y + cell - inset);
    context.moveTo(x + cell - inset, y + inset);
    context.lineTo(x + inset, y + cell - inset);
    context.stroke();
  }
  context.globalAlpha = 1;
}
