import { ActionIcon, Button, Tooltip } from "@mantine/core";
import {
  IconChevronLeft,
  IconChevronRight,
  IconZoomIn,
  IconZoomOut,
  type Icon,
} from "@tabler/icons-react";
import { useMemo } from "react";
import { formatDuration } from "../../components/duration.tsx";
import { formatPlural } from "../../components/count.tsx";
import type { PlacedRow } from "./timeline-tree.ts";
import type { Stretch } from "./time-scale.ts";
import { moved, zoomed, type Zoomable } from "./zoom-window.ts";
import styles from "./timeline-bar.module.css";

interface TimelineBarProps {
  zoomable: Zoomable;
  /** What is looked at; undefined: the whole. */
  window: Stretch | undefined;
  /** Those that are in it. */
  rows: readonly PlacedRow[];
  onZoom: (window: Stretch | undefined) => void;
}

/** What the marks of the timeline mean, and how near one looks at it. */
export function TimelineBar({ zoomable, window, rows, onZoom }: TimelineBarProps) {
  const button = (label: string, Shape: Icon, to: () => Stretch | undefined, isOff = false) => (
    <Tooltip label={label}>
      <ActionIcon
        size={24}
        variant="subtle"
        className={styles["button"]}
        aria-label={label}
        disabled={isOff}
        onClick={() => onZoom(to())}
      >
        <Shape size={14} />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className={styles["bar"]}>
      <Legend rows={rows} />
      <div className={styles["zoom"]} role="group" aria-label="Zoom">
        {window && (
          <>
            <span className={styles["place"]} role="status">
              {formatDuration(window.startMs)} to {formatDuration(window.endMs)},{" "}
              {formatPlural(rows.length, "line")}
            </span>
            <Button size="compact-xs" variant="default" onClick={() => onZoom(undefined)}>
              Whole run
            </Button>
          </>
        )}
        {button("Earlier", IconChevronLeft, () => moved(zoomable, -0.5), !window)}
        {button("Later", IconChevronRight, () => moved(zoomable, 0.5), !window)}
        {button("Zoom out", IconZoomOut, () => zoomed(zoomable, 2), !window)}
        {button("Zoom in (Ctrl and wheel)", IconZoomIn, () => zoomed(zoomable, 0.5))}
      </div>
    </div>
  );
}

type Mark = "model" | "tool" | "failed" | "wait" | "pause" | "critical";

const means: Readonly<Record<Mark, string>> = {
  model: "model",
  tool: "tool",
  failed: "failed",
  wait: "waits for its turn",
  pause: "waits",
  critical: "critical path",
};

/** Marks that stand somewhere. */
function marksOf(rows: readonly PlacedRow[]): Mark[] {
  const there = new Set<Mark>(["critical"]);
  for (const { row } of rows) {
    if (row.kind === "pause") there.add("pause");
    if (row.kind === "child") there.add("tool");
    if (row.kind !== "step") continue;
    there.add(row.bars.length === 0 ? "pause" : row.step.kind);
    for (const { outcome, startMs, calledMs } of row.bars) {
      if (outcome === "failed") there.add("failed");
      if (calledMs > startMs) there.add("wait");
    }
  }
  return (Object.keys(means) as Mark[]).filter((mark) => there.has(mark));
}

function Legend({ rows }: { rows: readonly PlacedRow[] }) {
  const marks = useMemo(() => marksOf(rows), [rows]);
  return (
    <ul className={styles["legend"]} aria-label="Marks">
      {marks.map((mark) => (
        <li key={mark}>
          <span className={styles["swatch"]} data-mark={mark} aria-hidden />
          {means[mark]}
        </li>
      ))}
    </ul>
  );
}
