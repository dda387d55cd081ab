import {
  IconAlertTriangleFilled,
  IconArrowBackUp,
  IconArrowUp,
  IconBulb,
  IconHandStop,
  IconHourglass,
  IconMessage,
  IconRefresh,
  IconRobot,
  IconSitemap,
  IconSparkles,
  IconTool,
  IconUserEdit,
} from "@tabler/icons-react";
import type { ChildState, ModelStep, ToolStep } from "@flotilla/core";
import { VisuallyHidden } from "@mantine/core";
import { memo } from "react";
import { formatDuration } from "../../components/duration.tsx";
import { indentPx } from "./child-toggle.tsx";
import type { Pause } from "./pause.ts";
import { pricedWords } from "./priced.ts";
import { modelStepName } from "./step-name.ts";
import type { TimeScale } from "./time-scale.ts";
import type { Bar, Outcome, TimelineRow } from "./timeline-layout.ts";
import styles from "./timeline.module.css";

interface TimelineLineProps {
  row: TimelineRow;
  scale: TimeScale;
  /** Pixels from the list's top. */
  top: number;
  /** Of runs that are unfolded below one another. */
  depth: number;
  isSelected: boolean;
  /** It is one of those that made the run as long as it was. */
  isCritical: boolean;
  onSelect: (key: string) => void;
}

export const TimelineLine = memo(function TimelineLine(props: TimelineLineProps) {
  const { row, scale, top, depth, isSelected, isCritical, onSelect } = props;
  const retries = row.kind === "step" ? row.bars.length - 1 : 0;
  return (
    <button
      type="button"
      className={styles["line"]}
      style={{ transform: `translateY(${top}px)` }}
      aria-current={isSelected ? "step" : undefined}
      data-nested={row.kind === "child" || (row.kind === "step" && row.step.kind === "tool")}
      data-below={depth > 0 || undefined}
      onClick={() => onSelect(row.key)}
    >
      <span className={styles["name"]} style={{ marginLeft: depth * indentPx }}>
        <RowIcon row={row} />
        <span className={styles["title"]}>{rowName(row)}</span>
        <span className={styles["gist"]}>{rowGist(row)}</span>
        {retries > 0 && <span className={styles["retries"]}>{retries + 1} attempts</span>}
        {isCritical && <VisuallyHidden>, made the run this long</VisuallyHidden>}
      </span>
      <span className={styles["track"]}>
        <Marks row={row} scale={scale} />
        {isCritical && (
          <span className={styles["critical"]} style={place(row.startMs, row.endMs, scale)} />
        )}
      </span>
      <span className={styles["time"]}>{formatDuration(row.endMs - row.startMs)}</span>
    </button>
  );
});

export function rowName(row: TimelineRow): string {
  if (row.kind === "rejection") return "Answer rejected";
  if (row.kind === "child") return row.child.agentName;
  if (row.kind === "escalation") return "Answer not sure enough";
  if (row.kind === "message")
    return `Message from ${row.message.from?.agentName ?? row.message.by}`;
  if (row.kind === "lesson") return "Lesson learnt";
  if (row.kind === "step") {
    return row.step.kind === "tool" ? row.step.tool : modelStepName(row.step);
  }
  return pauseName(row.pause);
}

function pauseName({ kind, endedAt }: Pause): string {
  if (kind === "retry") return "Retried by a person";
  if (kind === "paused") return "Paused by a person";
  return `${endedAt === null ? "Waits" : "Waited"} for ${waitedFor[kind]}`;
}

const waitedFor: Record<Exclude<Pause["kind"], "retry" | "paused">, string> = {
  timer: "a time",
  interrupt: "a person",
  budget: "a budget",
  children: "other agents",
  provider_batch: "the provider's batch endpoint",
};

function rowGist(row: TimelineRow): string {
  if (row.kind === "escalation") return `on to ${row.escalation.next}`;
  if (row.kind === "child") return row.child.task.slice(0, 80);
  if (row.kind === "message") return row.message.text.slice(0, 80);
  if (row.kind === "lesson") return row.lesson.lesson.slice(0, 80);
  if (row.kind !== "step") return "";
  if (row.step.kind === "model") {
    const { model, priced, by } = row.step;
    if (by !== undefined) return "in the model's place";
    return priced === "call" ? model : `${model} · ${pricedWords[priced]}`;
  }
  return JSON.stringify(row.step.input).slice(0, 80);
}

function RowIcon({ row }: { row: TimelineRow }) {
  const props = { size: 14, stroke: 1.7, className: styles["icon"], "aria-hidden": true };
  if (row.kind === "rejection") return <IconArrowBackUp {...props} />;
  if (row.kind === "child") return <IconRobot {...props} />;
  if (row.kind === "message") return <IconMessage {...props} />;
  if (row.kind === "lesson") return <IconBulb {...props} />;
  if (row.kind === "escalation") return <IconArrowUp {...props} />;
  if (row.kind === "pause") {
    if (row.pause.kind === "retry") return <IconRefresh {...props} />;
    if (row.pause.kind === "children") return <IconRobot {...props} />;
    return row.pause.kind === "interrupt" || row.pause.kind === "paused" ? (
      <IconHandStop {...props} />
    ) : (
      <IconHourglass {...props} />
    );
  }
  if (row.step.status === "failed") {
    return (
      <IconAlertTriangleFilled
        {...props}
        data-tone="failed"
        aria-label="failed"
        aria-hidden={false}
      />
    );
  }
  return <StepIcon step={row.step} props={props} />;
}

interface StepIconProps {
  step: ModelStep | ToolStep;
  props: { size: number; stroke: number };
}

function StepIcon({ step, props }: StepIconProps) {
  if (step.kind === "model") {
    if (step.by !== undefined) return <IconUserEdit {...props} />;
    const isPlanning = step.purpose?.kind === "plan";
    return isPlanning ? <IconSitemap {...props} /> : <IconSparkles {...props} />;
  }
  if (step.status === "proposed") return <IconHandStop {...props} data-tone="waiting" />;
  return step.status === "delegated" ? <IconRobot {...props} /> : <IconTool {...props} />;
}

function Marks({ row, scale }: { row: TimelineRow; scale: TimeScale }) {
  if (row.kind !== "step" && row.kind !== "pause" && row.kind !== "child") {
    return <span className={styles["point"]} style={{ left: percent(scale.at(row.startMs)) }} />;
  }
  const whole = place(row.startMs, row.endMs, scale);
  if (row.kind === "pause") return <span className={styles["pause"]} style={whole} />;
  if (row.kind === "child") {
    const outcome = childOutcomes[row.child.status];
    return <span className={styles["bar"]} data-kind="tool" data-outcome={outcome} style={whole} />;
  }
  return (
    <>
      {row.bars.length === 0 && <span className={styles["pause"]} style={whole} />}
      {(row.bars.length > 1 || row.step.status === "retrying") && (
        <span className={styles["thread"]} style={whole} />
      )}
      {row.bars.map((bar) => (
        <AttemptBar
          key={`${bar.attempt}-${bar.startMs}`}
          bar={bar}
          kind={row.step.kind}
          isOneOfMany={row.bars.length > 1}
          scale={scale}
        />
      ))}
    </>
  );
}

const childOutcomes: Record<ChildState["status"], Outcome> = {
  open: "running",
  completed: "done",
  failed: "failed",
  cancelled: "lost",
};

interface AttemptBarProps {
  bar: Bar;
  kind: "model" | "tool";
  /** Then it has its number on it, where there is room. */
  isOneOfMany: boolean;
  scale: TimeScale;
}

function AttemptBar({ bar, kind, isOneOfMany, scale }: AttemptBarProps) {
  const { attempt, outcome, startMs, calledMs, endMs } = bar;
  const waited = calledMs - startMs;
  const title =
    `Attempt ${attempt}: ${outcome}, from ${formatDuration(startMs)}, ${formatDuration(endMs - startMs)}` +
    (waited > 0 ? `, of these ${formatDuration(waited)} waiting for its turn` : "");
  return (
    <>
      {waited > 0 && (
        <span className={styles["wait"]} style={place(startMs, calledMs, scale)} title={title} />
      )}
      {outcome !== "waiting" && (
        <span
          className={styles["bar"]}
          data-kind={kind}
          data-outcome={outcome}
          style={place(calledMs, endMs, scale)}
          title={title}
        >
          {isOneOfMany && <span className={styles["number"]}>{attempt}</span>}
        </span>
      )}
    </>
  );
}

function place(startMs: number, endMs: number, scale: TimeScale) {
  const left = scale.at(startMs);
  return { left: percent(left), width: percent(scale.at(endMs) - left) };
}

function percent(fraction: number): string {
  return `${100 * fraction}%`;
}
