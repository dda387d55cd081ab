import { shortId } from "../../components/copy-id.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { formatCount } from "../../components/count.tsx";
import type { Cells } from "./cells.ts";
import styles from "./cell-grid.module.css";

export interface HoveredCell {
  row: number;
  /** Of the pointer, in CSS pixels from the grid's corner. */
  x: number;
  y: number;
}

interface CellTipProps {
  hovered: HoveredCell;
  cells: Cells;
  /** Of the grid. */
  width: number;
}

export function CellTip({ hovered: { row, x, y }, cells, width }: CellTipProps) {
  const runId = cells.runOf(row);
  const side = x > width / 2 ? { right: width - x + 14 } : { left: x + 14 };
  return (
    <div className={styles["tip"]} style={{ top: y + 14, ...side }} aria-hidden>
      <span className="figure">Row {formatCount(row)}</span>
      <StatusBadge status={cells.statusOf(row) ?? "pending"} />
      {runId && <span className="mono dimmed">{shortId(runId)}</span>}
    </div>
  );
}
