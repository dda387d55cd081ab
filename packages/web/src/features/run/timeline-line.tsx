import {
  IconAlertTriangleFilled,
  IconArrowBackUp,
  IconHandStop,
  IconHourglass,
  IconRefresh,
  IconSparkles,
  IconTool,
} from "@tabler/icons-react";
import { memo } from "react";
import { formatDuration } from "../../components/duration.tsx";
import type { Bar, TimelineRow } from "./timeline-layout.ts";
import styles from "./timeline.module.css";

interface TimelineLineProps {
  row: TimelineRow;
  spanMs: number;
  /** Pixels from the list's top. */
  top: number;
  isSelected: boolean;
  onSelect: (key: string) => void;
}

export const TimelineLine = memo(function TimelineLine(props: TimelineLineProps) {
  const { row, spanMs, top, isSelected, onSelect } = props;
  const retries = row.kind === "step" ? row.bars.length - 1 : 0;
  return (
    <button
      type="button"
      className={styles["line"]}
      style={{ transform: `translateY(${top}px)` }}
      aria-current={isSelected ? "step" : undefined}
      data-nested={row.kind === "step" && row.step.kind === "tool"}
      onClick={() => onSelect(row.key)}
    >
      <span className={styles["name"]}>
        <RowIcon row={row} />
        <span className="truncate">{rowName(row)}</span>
        {retries > 0 && <span className={styles["retries"]}>{retries + 1} attempts</span>}
      </span>
      <span className={styles["track"]}>
        <Marks row={row} spanMs={spanMs} />
      </span>
      <span className={styles["time"]}>{formatDuration(row.endMs - row.startMs)}</span>
    </button>
  );
});

export function rowName(row: TimelineRow): string {
  if (row.kind === "rejection") return "Answer rejected";
  if (row.kind === "step") return row.step.kind === "tool" ? row.step.tool : row.step.model;
  if (row.pause.kind === "retry") return "Retried by a person";
  return row.pause.kind === "timer" ? "Waited for a time" : "Waited for a person";
}

function RowIcon({ row }: { row: TimelineRow }) {
  const props = { size: 14, stroke: 1.7, className: styles["icon"], "aria-hidden": true };
  if (row.kind === "rejection") return <IconArrowBackUp {...props} />;
  if (row.kind === "pause") {
    if (row.pause.kind === "retry") return <IconRefresh {...props} />;
    return row.pause.kind === "timer" ? <IconHourglass {...props} /> : <IconHandStop {...props} />;
  }
  if (row.step.status === "failed") {
    return <IconAlertTriangleFilled {...props} data-tone="failed" aria-label="failed" aria-hidden={false} />;
  }
  return row.step.kind === "tool" ? <IconTool {...props} /> : <IconSparkles {...props} />;
}

function Marks({ row, spanMs }: { row: TimelineRow; spanMs: number }) {
  if (row.kind === "rejection") {
    return <span className={styles["point"]} style={{ left: percent(row.startMs, spanMs) }} />;
  }
  const whole = place(row.startMs, row.endMs, spanMs);
  if (row.kind === "pause") return <span className={styles["pause"]} style={whole} />;
  return (
    <>
      {row.bars.length > 1 && <span className={styles["thread"]} style={whole} />}
      {row.bars.map((bar) => (
        <AttemptBar key={`${bar.attempt}-${bar.startMs}`} bar={bar} kind={row.step.kind} spanMs={spanMs} />
      ))}
    </>
  );
}

function AttemptBar({ bar, kind, spanMs }: { bar: Bar; kind: "model" | "tool"; spanMs: number }) {
  return (
    <span
      className={styles["bar"]}
      data-kind={kind}
      data-outcome={bar.outcome}
      style={place(bar.startMs, bar.endMs, spanMs)}
      title={`Attempt ${bar.attempt}: ${bar.outcome}, from ${formatDuration(bar.startMs)}, ${formatDuration(bar.endMs - bar.startMs)}`}
    />
  );
}

function place(startMs: number, endMs: number, spanMs: number) {
  return { left: percent(startMs, spanMs), width: percent(endMs - startMs, spanMs) };
}

function percent(ms: number, spanMs: number): string {
  return `${(100 * ms) / spanMs}%`;
}
