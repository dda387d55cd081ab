import type { ChildState, Event, Run } from "@flotilla/core";
import { criticalPath } from "./critical-path.ts";
import { pausesOf } from "./pause.ts";
import { layoutTimeline, startOf, type Timeline, type TimelineRow } from "./timeline-layout.ts";

/** A run with the events it was folded from. */
export interface RunPart {
  run: Run;
  events: readonly Event[];
}

/** A row at its place among those of a run and of the runs unfolded below it. Its key tells all of them apart. */
export interface PlacedRow {
  row: TimelineRow;
  /** 0: of the run itself; 1: of a run that it began. */
  depth: number;
  /** The run that it is of. */
  runId: string;
  /** The run that does what the row stands for. */
  child: ChildState | null;
  /** It is one of those that made the run as long as it was; of a run below, if the row that began it is. */
  isCritical: boolean;
}

/**
 * The rows of a run, with those of each unfolded run below the row that began it, all on the axis of the first.
 *
 * @param partOf a run below, where it is unfolded and has come
 */
export function placeRows(
  { run, rows }: RunPart & Timeline,
  partOf: (runId: string) => RunPart | undefined,
  nowMs: number,
): PlacedRow[] {
  return below({ run, rows, depth: 0, isCritical: true, partOf, nowMs, originMs: startOf(run) });
}

interface Level {
  run: Run;
  rows: readonly TimelineRow[];
  depth: number;
  isCritical: boolean;
  partOf: (runId: string) => RunPart | undefined;
  nowMs: number;
  originMs: number;
}

function below(level: Level): PlacedRow[] {
  const { run, rows, depth, partOf, nowMs, originMs } = level;
  const path = level.isCritical ? criticalPath(rows) : new Set<string>();
  const children = new Map(run.children.map((child) => [child.callId, child]));
  const placed: PlacedRow[] = [];
  for (const row of rows) {
    const child = childOf(row, children);
    const isCritical = path.has(row.key);
    const key = depth === 0 ? row.key : `${run.runId}/${row.key}`;
    placed.push({ row: { ...row, key }, depth, runId: run.runId, child, isCritical });
    const part = child && partOf(child.childId);
    if (!part) continue;
    const { rows: inner } = layoutTimeline(part.run, pausesOf(part.events), nowMs, originMs);
    const rest = { ...level, run: part.run, rows: inner, depth: depth + 1, isCritical };
    for (const one of below(rest)) placed.push(one);
  }
  return placed;
}

function childOf(row: TimelineRow, children: ReadonlyMap<string, ChildState>): ChildState | null {
  if (row.kind === "child") return row.child;
  if (row.kind !== "step" || row.step.kind !== "tool") return null;
  return children.get(row.step.callId) ?? null;
}
