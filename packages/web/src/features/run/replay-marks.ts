import type { Event, EventType, RunStatus } from "@flotilla/core";

/** Something of note on the slider of a replay; `at` is from 0 to 1. */
interface ReplayMark {
  seq: number;
  at: number;
  tone: RunStatus;
}

const tones: Partial<Record<EventType, RunStatus>> = {
  "step.started": "running",
  "effect.intended": "completed",
  "step.failed": "failed",
  "effect.failed": "failed",
  "output.rejected": "failed",
  "run.failed": "failed",
  "run.cancelled": "cancelled",
  "run.waiting": "waiting",
  "interrupt.raised": "waiting",
};

/** More of them could not be told apart. */
const mostMarks = 240;

export function replayMarks(events: readonly Event[]): ReplayMark[] {
  const last = Math.max(1, events.length - 1);
  const marks = events.flatMap((event, index): ReplayMark[] => {
    const tone = tones[event.type];
    return tone ? [{ seq: event.seq, at: index / last, tone }] : [];
  });
  if (marks.length <= mostMarks) return marks;
  // What went wrong or waited is what one looks for.
  const rare = marks.filter(({ tone }) => tone !== "running" && tone !== "completed");
  return rare.length <= mostMarks
    ? rare
    : rare.filter((_, index) => index % Math.ceil(rare.length / mostMarks) === 0);
}
