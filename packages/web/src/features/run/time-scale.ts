/** A stretch of the axis, in milliseconds since its origin. */
export interface Stretch {
  startMs: number;
  endMs: number;
}

/** Where moments stand on an axis of length 1. */
export interface TimeScale {
  /** Position of a moment, from 0 to 1; before 0 and beyond 1 where it is not in the window. */
  at(ms: number): number;
  /** The moment at a position: the other way round. */
  msAt(position: number): number;
  ticks: { ms: number; at: number }[];
  /** Pauses that are shown shorter than they were. */
  cuts: readonly Stretch[];
}

/** A pause is long from this share of the time in which something happened… */
const longPause = 0.6;
/** …and then it is shown as this share. */
const shownPause = 0.2;
/** Labels nearer than this would run into each other. */
const nearestTicks = 0.11;
/** At a tick beyond that there is room for a label on its left alone… */
export const lateFrom = 0.9;
/** …so that the one before is that much further away. */
const nearestLate = 0.34;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const tickSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 30].map((count) => count * day),
];

/**
 * A scale over `spanMs` that shortens long pauses, so that an hour of waiting does not press
 * everything else into a line. Pauses must not overlap, and be in order.
 *
 * @param window the stretch that the axis shows; left out: all of it
 */
export function timeScale(
  spanMs: number,
  pauses: readonly Stretch[],
  window: Stretch = { startMs: 0, endMs: spanMs },
): TimeScale {
  const cuts = cutsOf(spanMs, pauses);
  const from = shownOf(window.startMs, cuts);
  const shownSpan = shownOf(window.endMs, cuts) - from;
  const at = (ms: number) => (shownOf(ms, cuts) - from) / shownSpan;
  const msAt = (position: number) => momentOf(from + position * shownSpan, cuts);
  return { at, msAt, ticks: ticksOf(window, shownSpan, cuts, at), cuts };
}

/** A pause that is shown as `factor` of its length. */
interface Cut extends Stretch {
  factor: number;
}

function cutsOf(spanMs: number, pauses: readonly Stretch[]): Cut[] {
  const paused = pauses.reduce((sum, pause) => sum + pause.endMs - pause.startMs, 0);
  const busy = spanMs - paused;
  return pauses
    .filter((pause) => busy > 0 && pause.endMs - pause.startMs > busy * longPause)
    .map(({ startMs, endMs }) => {
      return { startMs, endMs, factor: (busy * shownPause) / (endMs - startMs) };
    });
}

/** A moment on an axis whose cuts are shortened. */
function shownOf(ms: number, cuts: readonly Cut[]): number {
  let hidden = 0;
  for (const { startMs, endMs, factor } of cuts) {
    if (ms <= startMs) break;
    hidden += (Math.min(ms, endMs) - startMs) * (1 - factor);
  }
  return ms - hidden;
}

/** The moment that stands there on such an axis. */
function momentOf(shown: number, cuts: readonly Cut[]): number {
  let hidden = 0;
  for (const { startMs, endMs, factor } of cuts) {
    const into = shown + hidden - startMs;
    if (into <= 0) break;
    const length = endMs - startMs;
    if (into < length * factor) return startMs + into / factor;
    hidden += length * (1 - factor);
  }
  return shown + hidden;
}

function ticksOf(
  { startMs, endMs }: Stretch,
  shownSpan: number,
  cuts: readonly Stretch[],
  at: (ms: number) => number,
): TimeScale["ticks"] {
  const step = tickSteps.find((one) => one >= shownSpan / 5) ?? shownSpan;
  const ticks: TimeScale["ticks"] = [];
  const push = (ms: number) => {
    const last = ticks.at(-1);
    if (!last || at(ms) - last.at >= nearestTicks) ticks.push({ ms, at: at(ms) });
  };
  let from = startMs;
  for (const cut of [...cuts, { startMs: endMs, endMs: Infinity }]) {
    const to = Math.min(cut.startMs, endMs);
    for (let ms = Math.ceil(from / step) * step; ms <= to; ms += step) push(ms);
    if (cut.endMs > from && cut.endMs <= endMs) {
      while (at(cut.endMs) > lateFrom && at(cut.endMs) - (ticks.at(-1)?.at ?? 0) < nearestLate)
        ticks.pop();
      push(cut.endMs);
    }
    from = Math.max(from, cut.endMs);
  }
  return ticks;
}
