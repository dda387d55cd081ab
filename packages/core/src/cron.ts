import { CronPattern } from "croner";
import { FlotillaError } from "./error.ts";

/** The times of a cron pattern, on a wall without a time zone. */
export interface Cron {
  /** It holds in every hour of the days that it holds on. */
  isHourly: boolean;
  /** The first wall time after this one at which it holds; undefined when there is none in 50 years. */
  next(wall: number): number | undefined;
}

const dayMs = 86_400_000;
/** The calendar repeats itself within 40 years, whatever century comes between. */
const longestSearchDays = 50 * 366;
const help =
  "Write five fields (minute hour day month weekday) or six with seconds first, for example 0 3 * * MON-FRI, or @hourly, @daily, @weekly, @monthly, @yearly.";
/** All weeks of a month, as the parser writes a weekday without `#` or `L`. */
const lastWeekBit = 0b100000;

/**
 * Reads a cron pattern: five fields, or six with seconds first; names of months and days; `L`, `W`, `LW`, `#`;
 * `?` in a day's field; `@daily` and its like. When both the day and the weekday are given, either will do.
 * The parser is croner's, what it means for time is this file's and zone-time's.
 *
 * Throws `invalid_request` with what is wrong.
 */
export function parseCron(text: string): Cron {
  const pattern = readPattern(text);
  const seconds = indexes(pattern.second);
  const minutes = indexes(pattern.minute);
  const hours = indexes(pattern.hour);
  const holdsOn = dayTest(pattern);
  return {
    isHourly: hours.length === 24,
    next(wall) {
      const from = Math.floor(wall / 1_000) * 1_000 + 1_000;
      let day = Math.floor(from / dayMs) * dayMs;
      let start = (from - day) / 1_000;
      for (let days = 0; days < longestSearchDays; days++) {
        const second = holdsOn(day) ? timeOfDay(hours, minutes, seconds, start) : undefined;
        if (second !== undefined) return day + second * 1_000;
        day += dayMs;
        start = 0;
      }
      return undefined;
    },
  };
}

function readPattern(text: string): CronPattern {
  const fields = text.trim().split(/\s+/);
  const isNickname = text.trim().startsWith("@");
  if (!isNickname && fields.length !== 5 && fields.length !== 6) {
    throw invalid(text, `it has ${fields.length} fields`);
  }
  // The parser takes `?` for the present time; elsewhere it stands for any day.
  const dayFields = [fields.length - 3, fields.length - 1];
  const plain = fields.map((field, i) => (field === "?" && dayFields.includes(i) ? "*" : field));
  if (plain.some((field) => field.includes("?"))) {
    throw invalid(text, "? is for the day or the weekday alone");
  }
  try {
    return new CronPattern(plain.join(" "), "UTC", { mode: isNickname ? "auto" : "5-or-6-parts" });
  } catch (error) {
    throw invalid(text, (error as Error).message.replace(/^CronPattern: /, ""));
  }
}

function invalid(text: string, what: string): FlotillaError {
  const message = `The cron pattern "${text.slice(0, 100)}" cannot be read: ${what.replace(/\.$/, "")}.`;
  return new FlotillaError("invalid_request", message, { remedy: help });
}

function indexes(flags: number[]): number[] {
  return flags.flatMap((flag, index) => (flag ? [index] : []));
}

/** The first second of the day at or after `start` that holds. */
function timeOfDay(
  hours: number[],
  minutes: number[],
  seconds: number[],
  start: number,
): number | undefined {
  const first = Math.floor(start / 3_600);
  const minuteNow = Math.floor(start / 60) % 60;
  const secondNow = start % 60;
  for (const hour of hours) {
    if (hour < first) continue;
    const isHour = hour === first;
    for (const minute of minutes) {
      if (isHour && minute < minuteNow) continue;
      const isMinute = isHour && minute === minuteNow;
      const second = isMinute ? seconds.find((one) => one >= secondNow) : seconds[0];
      if (second !== undefined) return hour * 3_600 + minute * 60 + second;
    }
  }
  return undefined;
}

function dayTest(pattern: CronPattern): (day: number) => boolean {
  const { starDOM: anyDay, starDOW: anyWeekday, useAndLogic } = pattern;
  return (day) => {
    const date = new Date(day);
    if (!pattern.month[date.getUTCMonth()]) return false;
    if (anyDay && anyWeekday) return true;
    if (anyDay) return holdsOnWeekday(pattern, date);
    if (anyWeekday) return holdsOnDate(pattern, date);
    return useAndLogic
      ? holdsOnDate(pattern, date) && holdsOnWeekday(pattern, date)
      : holdsOnDate(pattern, date) || holdsOnWeekday(pattern, date);
  };
}

function holdsOnDate(pattern: CronPattern, date: Date): boolean {
  const day = date.getUTCDate();
  const last = daysInMonth(date);
  if (pattern.day[day - 1]) return true;
  if (pattern.lastDayOfMonth && day === last) return true;
  if (pattern.lastWeekday && day === lastWorkday(date, last)) return true;
  return indexes(pattern.nearestWeekdays).some(
    (index) => day === nearestWorkday(date, index + 1, last),
  );
}

/** Bits 0 to 4 are the first to fifth of its kind in the month, bit 5 the last. */
function holdsOnWeekday(pattern: CronPattern, date: Date): boolean {
  const weeks = pattern.dayOfWeek[date.getUTCDay()] ?? 0;
  const day = date.getUTCDate();
  if (weeks & (1 << Math.floor((day - 1) / 7))) return true;
  return (weeks & lastWeekBit) !== 0 && day + 7 > daysInMonth(date);
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function weekday(date: Date, day: number): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
}

function lastWorkday(date: Date, last: number): number {
  const on = weekday(date, last);
  return on === 6 ? last - 1 : on === 0 ? last - 2 : last;
}

/** The workday next to a day, in its month; undefined when the month has no such day. */
function nearestWorkday(date: Date, day: number, last: number): number | undefined {
  if (day > last) return undefined;
  const on = weekday(date, day);
  if (on === 6) return day === 1 ? 3 : day - 1;
  if (on === 0) return day === last ? day - 2 : day + 1;
  return day;
}
