import type {
  AttemptState,
  ChildState,
  Escalation,
  LessonStep,
  MessageStep,
  ModelStep,
  Run,
  RunStep,
  ToolStep,
} from "@flotilla/core";
import { waitedMs } from "./call-wait.tsx";
import type { Pause } from "./pause.ts";
import { timeScale, type Stretch, type TimeScale } from "./time-scale.ts";

/** How an attempt went. `lost`: its worker died; `unknown`: nobody knows whether it took effect. */
export type Outcome = "waiting" | "running" | "done" | "failed" | "lost" | "unknown";

/** One attempt as a bar, in milliseconds since the timeline's origin. */
export interface Bar {
  attempt: number;
  startMs: number;
  /** When its call was made: later than `startMs` where it had to wait for capacity. */
  calledMs: number;
  endMs: number;
  outcome: Outcome;
}

interface RowBase {
  /** Stable while the run grows, and safe in a URL. */
  key: string;
  startMs: number;
  endMs: number;
}

export type TimelineRow =
  | (RowBase & { kind: "step"; step: ModelStep | ToolStep; bars: Bar[] })
  /** A run that does a step of the plan: no call began it. */
  | (RowBase & { kind: "child"; child: ChildState })
  | (RowBase & { kind: "rejection"; problems: string[] })
  | (RowBase & { kind: "escalation"; escalation: Escalation })
  | (RowBase & { kind: "message"; message: MessageStep })
  | (RowBase & { kind: "lesson"; lesson: LessonStep })
  | (RowBase & { kind: "pause"; pause: Pause });

export interface Timeline {
  /** From the run's start to its end, or to now. */
  spanMs: number;
  rows: TimelineRow[];
}

interface ScaleOptions {
  /** The stretch that is looked at; undefined: all of it. */
  window?: Stretch | undefined;
  /** What other runs did meanwhile is shown: the wait for them is not shortened. */
  showsChildren?: boolean;
}

/** The axis of a timeline, or of a window of it, with long waits shortened. */
export function scaleOf({ spanMs, rows }: Timeline, options: ScaleOptions = {}): TimeScale {
  const { window, showsChildren = false } = options;
  const waits = rows.filter(
    (row) => row.kind === "pause" && !(showsChildren && row.pause.kind === "children"),
  );
  return timeScale(spanMs, waits, window);
}

/** Whether something of the row is in the window. */
export function isIn(row: TimelineRow, { startMs, endMs }: Stretch): boolean {
  return row.startMs <= endMs && row.endMs >= startMs;
}

/** When a run began, in Unix milliseconds: the origin of its timeline. */
export function startOf({ startedAt, createdAt }: Run): number {
  return Date.parse(startedAt ?? createdAt);
}

/**
 * The run as rows in the order things began, each with its bars. What has not ended yet
 * reaches to `nowMs` (Unix milliseconds).
 *
 * @param originMs where its axis begins: of a run below another one, with that one
 */
export function layoutTimeline(
  run: Run,
  pauses: readonly Pause[],
  nowMs: number,
  originMs: number = startOf(run),
): Timeline {
  const since = (at: string | null) => Math.max(0, (at ? Date.parse(at) : nowMs) - originMs);
  const rows: TimelineRow[] = [
    ...run.steps.map((step, index) => stepRow(step, index, since)),
    ...childRows(run, since),
    ...pauses.map((pause) => ({
      kind: "pause" as const,
      key: `pause-${pause.seq}`,
      pause,
      startMs: since(pause.startedAt),
      endMs: since(pause.endedAt),
    })),
  ];
  // Stable: a pause that began with a step's end comes after that step.
  rows.sort((a, b) => a.startMs - b.startMs);
  const endMs = rows.reduce((latest, row) => Math.max(latest, row.endMs), 0);
  return { spanMs: Math.max(1, endMs), rows };
}

function childRows(run: Run, since: (at: string | null) => number): TimelineRow[] {
  const calls = new Set(run.steps.map((step) => (step.kind === "tool" ? step.callId : "")));
  return run.children
    .filter(({ callId }) => !calls.has(callId))
    .map((child) => {
      const { childId: key, startedAt, endedAt } = child;
      return { kind: "child", key, child, startMs: since(startedAt), endMs: since(endedAt) };
    });
}

/** Key of a step's row. */
export function stepKey(step: RunStep, index: number): string {
  if (step.kind === "tool") return step.callId;
  if (step.kind === "model") return `m${step.step}`;
  return step.kind === "escalation" ? `escalated-${step.step}` : `${step.kind}-${index}`;
}

function stepRow(step: RunStep, index: number, since: (at: string | null) => number): TimelineRow {
  const key = stepKey(step, index);
  if (step.kind === "rejection") {
    const at = since(step.at);
    return { kind: "rejection", key, problems: step.problems, startMs: at, endMs: at };
  }
  if (step.kind === "escalation") {
    const at = since(step.at);
    return { kind: "escalation", key, escalation: step, startMs: at, endMs: at };
  }
  if (step.kind === "message") {
    const at = since(step.at);
    return { kind: "message", key, message: step, startMs: at, endMs: at };
  }
  if (step.kind === "lesson") {
    const at = since(step.at);
    return { kind: "lesson", key, lesson: step, startMs: at, endMs: at };
  }
  const bars = step.attempts.map((attempt, position) => {
    const startMs = since(attempt.startedAt);
    const isEnded = attempt.endedAt ?? (isOpen(step) ? null : (step.endedAt ?? attempt.startedAt));
    const endMs = since(isEnded);
    const outcome = outcomeOf(step, attempt, position === step.attempts.length - 1);
    const calledMs = outcome === "waiting" ? endMs : startMs + waitedMs(attempt.waited);
    return {
      attempt: attempt.attempt,
      startMs,
      calledMs: Math.min(calledMs, endMs),
      endMs,
      outcome,
    };
  });
  const lastMs = step.status === "retrying" ? since(null) : since(step.startedAt);
  // A call that waits for a person, or is done by another run, is not attempted here.
  const endMs =
    bars.length === 0 ? since(step.endedAt) : Math.max(lastMs, ...bars.map((bar) => bar.endMs));
  return { kind: "step", key, step, bars, startMs: since(step.startedAt), endMs };
}

function isOpen(step: ModelStep | ToolStep): boolean {
  return ["running", "waiting", "intended", "proposed", "approved", "delegated"].includes(
    step.status,
  );
}

function outcomeOf(step: ModelStep | ToolStep, attempt: AttemptState, isLast: boolean): Outcome {
  if (attempt.error) return "failed";
  if (!isLast) return "lost";
  if (step.status === "unknown") return "unknown";
  if (!attempt.endedAt && isOpen(step)) return step.status === "waiting" ? "waiting" : "running";
  return step.status === "failed" ? "failed" : "done";
}
