import { FlotillaError } from "@flotilla/core";
import ICAL from "ical.js";
import { clocksOf, isUtc, wallOf, type Clocks, type IcsTime } from "./ics-time.ts";
import type { Range } from "./range.ts";

/** One time that an event takes place. */
export interface Occurrence {
  event: ICAL.Component;
  start: IcsTime;
  /** Unix milliseconds; of days, the end of the last one. */
  end: number;
  /** Of a series: when it would have been, had nobody moved it. */
  original: IcsTime | undefined;
}

/** A rule that gives more is a mistake, or meant badly. */
const mostSteps = 20_000;
const mostOccurrences = 5_000;

/** Throws `tool_failed` for what is no calendar. */
export function parseCalendar(text: string): ICAL.Component {
  try {
    const parsed = ICAL.Component.fromString(text);
    if (parsed.name === "vcalendar") return parsed;
  } catch (error) {
    throw new FlotillaError("tool_failed", `It is no calendar: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  throw new FlotillaError("tool_failed", "It is no calendar.");
}

/** All that takes place in the range, in order: series, days added to and taken from them, and what was moved. */
export function occurrencesOf(calendar: ICAL.Component, range: Range): Occurrence[] {
  const clocks = clocksOf(calendar, range.timeZone);
  const found: Occurrence[] = [];
  for (const { master, moved } of eventsByUid(calendar)) {
    const others = moved.map((event) => ({
      event,
      original: timeOf(event, "recurrence-id", clocks),
    }));
    const isMoved = new Set(others.map(({ original }) => original?.moment));
    const series = master ? starts(master, clocks, range) : [];
    for (const start of series) {
      const original = master && isSeries(master) ? start : undefined;
      if (master && !isMoved.has(start.moment)) {
        found.push({ event: master, start, end: endOf(master, start, clocks), original });
      }
    }
    for (const { event, original } of others) {
      const start = timeOf(event, "dtstart", clocks);
      if (start) found.push({ event, start, end: endOf(event, start, clocks), original });
    }
  }
  return found
    .filter(
      ({ start, end }) =>
        (start.moment < range.to && end > range.from) || isPoint(start, end, range),
    )
    .toSorted((a, b) => a.start.moment - b.start.moment || a.end - b.end)
    .slice(0, mostOccurrences);
}

/** What takes no time is in a range that it begins in. */
function isPoint({ moment }: IcsTime, end: number, { from, to }: Range): boolean {
  return moment === end && moment >= from && moment < to;
}

interface EventSeries {
  master: ICAL.Component | undefined;
  moved: ICAL.Component[];
}

function eventsByUid(calendar: ICAL.Component): EventSeries[] {
  const found = new Map<string, EventSeries>();
  for (const event of calendar.getAllSubcomponents("vevent")) {
    const uid = String(event.getFirstPropertyValue("uid"));
    const series = found.get(uid) ?? { master: undefined, moved: [] };
    if (event.hasProperty("recurrence-id")) series.moved.push(event);
    else series.master ??= event;
    found.set(uid, series);
  }
  return [...found.values()];
}

export function isSeries(event: ICAL.Component): boolean {
  return event.hasProperty("rrule") || event.hasProperty("rdate");
}

export function timeOf(event: ICAL.Component, name: string, clocks: Clocks): IcsTime | undefined {
  const property = event.getFirstProperty(name);
  const value = property?.getFirstValue();
  if (!property || !(value instanceof ICAL.Time)) return undefined;
  return clocks(value, tzidOf(property));
}

function tzidOf(property: ICAL.Property): string | undefined {
  const tzid = property.getParameter("tzid");
  return Array.isArray(tzid) ? tzid[0] : tzid;
}

/** Every start of an event up to the end of the range, in order. */
function starts(event: ICAL.Component, clocks: Clocks, { to }: Range): IcsTime[] {
  const property = event.getFirstProperty("dtstart");
  const first = property?.getFirstValue();
  if (!property || !(first instanceof ICAL.Time)) return [];
  const tzid = tzidOf(property);
  const own = clocks(first, tzid);
  const all = new Map([[own.moment, own]]);
  for (const rule of event.getAllProperties("rrule")) {
    const recur = rule.getFirstValue();
    if (!(recur instanceof ICAL.Recur)) continue;
    for (const time of ruleTimes(recur, first, (one) => clocks(one, tzid), to)) {
      all.set(time.moment, time);
    }
  }
  for (const time of listedTimes(event, "rdate", clocks)) all.set(time.moment, time);
  for (const time of listedTimes(event, "exdate", clocks)) all.delete(time.moment);
  return [...all.values()].toSorted((a, b) => a.moment - b.moment);
}

/**
 * The times that a rule gives. It is followed on clocks of no zone, since its days and hours are those of the clocks on
 * the wall; when it ends is a moment.
 */
function* ruleTimes(
  given: ICAL.Recur,
  first: ICAL.Time,
  clocks: (time: ICAL.Time) => IcsTime,
  to: number,
): Generator<IcsTime> {
  const recur = given.clone();
  const { until } = recur;
  recur.until = null;
  const start = first.clone();
  start.zone = ICAL.Timezone.localTimezone;
  const steps = recur.iterator(start);
  for (let step = 0; step < mostSteps; step++) {
    const next = steps.next() as ICAL.Time | null;
    if (!next) return;
    const there = next.clone();
    there.zone = first.zone ?? ICAL.Timezone.localTimezone;
    const time = clocks(there);
    if (time.moment >= to || isAfter(time, until)) return;
    yield time;
  }
  throw new FlotillaError("tool_failed", "An event's rule gives more times than can be counted.");
}

function isAfter(time: IcsTime, until: ICAL.Time | null | undefined): boolean {
  if (!until) return false;
  if (isUtc(until) && !until.isDate) return time.moment > wallOf(until);
  const lastDay = until.isDate ? wallOf(until) + 86_400_000 - 1 : wallOf(until);
  return time.wall > lastDay;
}

function listedTimes(event: ICAL.Component, name: "rdate" | "exdate", clocks: Clocks): IcsTime[] {
  return event.getAllProperties(name).flatMap((property) =>
    property.getValues().flatMap((value: unknown) => {
      const time = value instanceof ICAL.Period ? value.start : value;
      return time instanceof ICAL.Time ? [clocks(time, tzidOf(property))] : [];
    }),
  );
}

/**
 * With an end, a series takes the same time each time; with a duration, its days are days of the calendar (RFC 5545,
 * 3.8.5.3).
 */
function endOf(event: ICAL.Component, start: IcsTime, clocks: Clocks): number {
  const first = timeOf(event, "dtstart", clocks);
  const last = timeOf(event, "dtend", clocks);
  if (first && last) {
    const lasts = last.isDay ? last.wall - first.wall : last.moment - first.moment;
    if (!start.isDay) return Math.max(start.moment, start.moment + lasts);
    return dayAfter(start, Math.max(lasts, 86_400_000), clocks);
  }
  const duration = event.getFirstPropertyValue("duration");
  if (duration instanceof ICAL.Duration) {
    const days = (duration.weeks * 7 + duration.days) * 86_400_000;
    const rest = (duration.hours * 3_600 + duration.minutes * 60 + duration.seconds) * 1_000;
    return dayAfter(start, days, clocks) + rest;
  }
  return start.isDay ? dayAfter(start, 86_400_000, clocks) : start.moment;
}

/** So many days later, at the same time on the clock. */
function dayAfter(start: IcsTime, ms: number, clocks: Clocks): number {
  if (ms === 0) return start.moment;
  const there = new Date(start.wall + ms);
  const time = new ICAL.Time(
    {
      ...{ year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() },
      ...{
        hour: there.getUTCHours(),
        minute: there.getUTCMinutes(),
        second: there.getUTCSeconds(),
      },
      isDate: start.isDay,
    },
    start.timeZone === "UTC" ? ICAL.Timezone.utcTimezone : ICAL.Timezone.localTimezone,
  );
  return clocks(time, start.timeZone).moment;
}
