import { nextChange, offsetAt } from "@flotilla/core";

const dayMs = 86_400_000;

/**
 * The moment at which a zone's clocks show a time, as RFC 5545 (3.3.5) has it: the first one where they show it twice,
 * and where they never do, what it would be had they not gone forward. Unix milliseconds; `wall` counted as in UTC.
 */
export function momentAt(timeZone: string, wall: number): number {
  const change = nextChange(timeZone, wall - 2 * dayMs, wall + 2 * dayMs);
  if (change === undefined) return wall - offsetAt(timeZone, wall);
  const before = wall - offsetAt(timeZone, change - 1_000);
  if (before < change) return before;
  const after = wall - offsetAt(timeZone, change);
  return after >= change ? after : before;
}

/** A moment as people write it there: `2026-03-29T09:00:00+02:00`. */
export function isoAt(timeZone: string, moment: number): string {
  const offset = offsetAt(timeZone, moment);
  const wall = new Date(moment + offset).toISOString().slice(0, 19);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const two = (value: number) => String(value).padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  return `${wall}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A day as people write it, of a time counted as in UTC. */
export function isoDay(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}
