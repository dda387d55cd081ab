import type { Upcoming } from "@flotilla/api";

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

/** The local midnight of a date. */
export function dayOf(date: string): Date {
  const [year = 1970, month = 1, day = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, day);
}

export function daysLater(start: Date, days: number): Date {
  return new Date(start.getFullYear(), start.getMonth(), start.getDate() + days);
}

export function dateText(day: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** The seven days from `start` on, each with what is due on it, what comes first above. */
export function weekOf(start: Date, { schedules }: Upcoming): CalendarDay[] {
  const days = Array.from({ length: daysShown }, (_, index) => daysLater(start, index));
  return days.map((day) => {
    const date = dateText(day);
    const entries = schedules.flatMap(({ name, times, isMore }): CalendarEntry[] => {
      const all = times.map((time) => new Date(time));
      const here = all.filter((time) => dateText(time) === date);
      // Beyond the last one that was told nothing is known but that there is more.
      const last = all.at(-1);
      const isBeyond = isMore && last !== undefined && dateText(last) <= date;
      return here.length > 0 || isBeyond ? [{ name, times: here, isMore: isBeyond }] : [];
    });
    return { date, start: day, entries: entries.toSorted(byFirstTime) };
  });
}

function byFirstTime(a: CalendarEntry, b: CalendarEntry): number {
  return (
    (a.times[0]?.getTime() ?? Infinity) - (b.times[0]?.getTime() ?? Infinity) ||
    a.name.localeCompare(b.name)
  );
}
