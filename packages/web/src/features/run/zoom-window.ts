import type { Stretch, TimeScale } from "./time-scale.ts";

/** The window that a zoom is of: its scale, and how long the whole is. */
export interface Zoomable {
  scale: TimeScale;
  spanMs: number;
}

/** Shorter stretches show nothing that a longer one does not. */
const leastMs = 2;

/**
 * Where one looks after a zoom: what is at `position` stays there.
 *
 * @param factor how much of the window is seen then: 0.5 is twice as near
 * @returns undefined where that is the whole
 */
export function zoomed(of: Zoomable, factor: number, position = 0.5): Stretch | undefined {
  return windowOf(of, position - position * factor, position + (1 - position) * factor);
}

/** Where one looks when one goes on by a part of the window; it stays as wide as it is. */
export function moved(of: Zoomable, part: number): Stretch | undefined {
  const [first, last] = [of.scale.at(0), of.scale.at(of.spanMs)];
  const by = Math.max(first, Math.min(last - 1, part));
  return windowOf(of, by, by + 1);
}

/** What lies between two positions, in either order, in whole milliseconds of the run. */
export function windowOf({ scale, spanMs }: Zoomable, one: number, other: number) {
  const startMs = Math.floor(Math.max(0, scale.msAt(Math.min(one, other))));
  const endMs = Math.ceil(Math.max(startMs + leastMs, scale.msAt(Math.max(one, other))));
  return boundedWindow({ startMs, endMs }, spanMs);
}

/** The window as the run has it: undefined where that is the whole, or nothing of it. */
export function boundedWindow({ startMs, endMs }: Stretch, spanMs: number): Stretch | undefined {
  if (startMs >= spanMs || endMs <= startMs) return undefined;
  if (startMs <= 0 && endMs >= spanMs) return undefined;
  return { startMs: Math.max(0, startMs), endMs: Math.min(endMs, Math.ceil(spanMs)) };
}
