import { parseCron, type Cron } from "./cron.ts";
import { FlotillaError } from "./error.ts";
import type { ScheduleTimes } from "./schedule-times.ts";
import { momentOf, nextChange, offsetAt } from "./zone-time.ts";

/** Tells the due times of a schedule, in Unix milliseconds. */
export interface DueTimes {
  /** The first one after this moment; undefined when there is none. */
  next(after: number): number | undefined;
  /** Those after `after` up to `until`, oldest first, `limit` of them at most. */
  between(after: number, until: number, limit: number): number[];
  /** The newest ones of the same, oldest first. */
  latest(after: number, until: number, limit: number): number[];
}

/**
 * When a schedule is due. A cron pattern goes by the clocks of the time zone: a time that they skip when
 * they go forward is due at the moment they do, once with others that fall on it; a time that they show
 * twice when they go back is due the first time. A pattern that holds in every hour goes by the time
 * that passes instead, so that nothing of it is left out or added when clocks change.
 *
 * Throws `invalid_request` when the times cannot be read.
 */
export function dueTimes(times: ScheduleTimes): DueTimes {
  const unbounded = unboundedNext(times);
  const start = times.startsAt === undefined ? -Infinity : Date.parse(times.startsAt);
  const end = times.endsAt === undefined ? Infinity : Date.parse(times.endsAt);
  const next = (after: number): number | undefined => {
    const due = unbounded(Math.max(after, start - 1));
    return due === undefined || due > end ? undefined : due;
  };
  const between = (after: number, until: number, limit: number): number[] => {
    const found: number[] = [];
    for (let due = next(after); due !== undefined && due <= until; due = next(due)) {
      if (found.length >= limit) break;
      found.push(due);
    }
    return found;
  };
  return {
    next,
    between,
    latest(after, until, limit) {
      // Looks back further and further, so that a long absence of a frequent schedule costs little.
      for (let span = 60_000; ; span *= 4) {
        const from = Math.max(after, until - span);
        const found = between(from, until, Infinity);
        if (found.length >= limit || from === after) return limit > 0 ? found.slice(-limit) : [];
      }
    },
  };
}

function unboundedNext({ when, timeZone }: ScheduleTimes): (after: number) => number | undefined {
  if (when.cron !== undefined) {
    const cron = parseCron(when.cron);
    return cron.isHourly ? byElapsedTime(cron, timeZone) : byClock(cron, timeZone);
  }
  if (when.everySeconds !== undefined) {
    const step = when.everySeconds * 1_000;
    const first = when.startingAt === undefined ? 0 : Date.parse(when.startingAt);
    return (after) => first + Math.max(0, Math.floor((after - first) / step) + 1) * step;
  }
  if (when.at === undefined) throw new FlotillaError("invalid_request", "It says no times.");
  const at = oneOff(when.at, timeZone);
  return (after) => (at > after ? at : undefined);
}

/** With an offset it is a moment, without one a time of the zone's clocks. */
function oneOff(at: string, timeZone: string): number {
  const isMoment = /(?:z|[+-]\d\d:\d\d)$/i.test(at);
  return isMoment ? Date.parse(at) : momentOf(timeZone, Date.parse(`${at}Z`));
}

function byClock(cron: Cron, timeZone: string): (after: number) => number | undefined {
  return (after) => {
    let wall: number | undefined = after + offsetAt(timeZone, after);
    for (;;) {
      wall = cron.next(wall);
      if (wall === undefined) return undefined;
      const moment = momentOf(timeZone, wall);
      // A wall time that was shown before, and is shown once more, has had its moment.
      if (moment > after) return moment;
    }
  };
}

function byElapsedTime(cron: Cron, timeZone: string): (after: number) => number | undefined {
  return (after) => {
    let from = after;
    let offset = offsetAt(timeZone, from);
    for (;;) {
      const wall = cron.next(from + offset);
      if (wall === undefined) return undefined;
      const moment = wall - offset;
      const change = nextChange(timeZone, from, moment);
      if (change === undefined) return moment;
      // From the change on the clocks are others, and the change itself may be due.
      offset = offsetAt(timeZone, change);
      if (cron.next(change - 1 + offset) === change + offset) return change;
      from = change;
    }
  };
}
