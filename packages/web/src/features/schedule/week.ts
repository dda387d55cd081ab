import type { Upcoming } from "@flotilla/api";
import { momentOf, wallTime } from "@flotilla/core";

/** A day of the calendar in the reader's own time zone. */
export interface CalendarDay {
  /** `2026-03-29`. */
  date: string;
  start: Date;
  entries: CalendarEntry[];
}

/** What a schedule is due at on one day. */
export interface CalendarEntry {
  name: string;
  /** Oldest first. */
  times: Date[];
  /** There are more that were not told. */
  isMore: boolean;
}

const daysShown = 7;
const dayMs = 86_400_000;

/** When a date begins in a time zone. */
export function dayOf(date: string, timeZone: string): Date {
  return new Date(momentOf(timeZone, Date.parse(date)));
}

export function daysLater(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/** The date that a calendar in a time zone shows: `2026-03-29`. */
export function dateText(at: Date, timeZone: string): string {
  return new Date(wallTime(timeZone, at.getTime())).toISOString().slice(0, 10);
}

/** The seven days from a date on, each with what is due on it, what comes first above. */
export function weekOf(from: string, { schedules }: Upcoming, timeZone: string): CalendarDay[] {
  const days = Array.from({ length: daysShown }, (_, index) => daysLater(from, index));
  return days.map((date) => {
    const entries = schedules.flatMap(({ name, times, isMore }): CalendarEntry[] => {
      const all = times.map((time) => new Date(time));
      const here = all.filter((time) => dateText(time, timeZone) === date);
      // Beyond the last one that was told nothing is known but that there is more.
      const last = all.at(-1);
      const isBeyond = isMore && last !== undefined && dateText(last, timeZone) <= date;
      return here.length > 0 || isBeyond ? [{ name, times: here, isMore: isBeyond }] : [];
    });
    return { date, start: dayOf(date, timeZone), entries: entries.toSorted(byFirstTime) };
  });
}

function byFirstTime(a: CalendarEntry, b: CalendarEntry): number {
  return (
    (a.times[0]?.getTime() ?? Infinity) - (b.times[0]?.getTime() ?? Infinity) ||
    a.name.localeCompare(b.name)
  );
}
