/** A stretch of the axis, in milliseconds since its origin. */
export interface Stretch {
  startMs: number;
  endMs: number;
}

/** Where moments stand on an axis of length 1. */
export interface TimeScale {
  /** Position of a moment, from 0 to 1. */
  at(ms: number): number;
  ticks: { ms: number; at: number }[];
}

/** A pause is long from this share of the time in which something happened… */
const longPause = 0.6;
/** …and then it is shown as this share. */
const shownPause = 0.2;
/** Labels nearer than this would run into each other. */
const nearestTicks = 0.11;

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
 */
export function timeScale(spanMs: number, pauses: readonly Stretch[]): TimeScale {
  const paused = pauses.reduce((sum, pause) => sum + pause.endMs - pause.startMs, 0);
  const busy = spanMs - paused;
  const cuts = pauses
    .filter((pause) => busy > 0 && pause.endMs - pause.startMs > busy * longPause)
    .map(({ startMs, endMs }) => {
      return { startMs, endMs, factor: (busy * shownPause) / (endMs - startMs) };
    });

  function shown(ms: number): number {
    let hidden = 0;
    for (const { startMs, endMs, factor } of cuts) {
      if (ms <= startMs) break;
      hidden += (Math.min(ms, endMs) - startMs) * (1 - factor);
    }
    return ms - hidden;
  }

  const shownSpan = shown(spanMs);
  const at = (ms: number) => shown(ms) / shownSpan;
  return { at, ticks: ticksOf(spanMs, shownSpan, cuts, at) };
}

function ticksOf(
  spanMs: number,
  shownSpan: number,
  cuts: readonly Stretch[],
  at: (ms: number) => number,
): TimeScale["ticks"] {
  const step = tickSteps.find((one) => one >= shownSpan / 5) ?? shownSpan;
  const ticks: TimeScale["ticks"] = [];
  let from = 0;
  for (const to of [...cuts.map((cut) => cut.startMs), spanMs]) {
    for (let ms = Math.ceil(from / step) * step; ms <= to; ms += step) {
      const last = ticks.at(-1);
      if (!last || at(ms) - last.at >= nearestTicks) ticks.push({ ms, at: at(ms) });
    }
    from = cuts.find((cut) => cut.startMs === to)?.endMs ?? spanMs;
  }
  return ticks;
}
