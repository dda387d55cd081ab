import { isTimeZone } from "@flotilla/core";
import ICAL from "ical.js";
import { momentAt } from "./zone.ts";

/** A time of a calendar file. */
export interface IcsTime {
  /** What clocks show, counted as in UTC. */
  wall: number;
  /** A day, without a time. */
  isDay: boolean;
  /** Unix milliseconds; of a day, and of what is the same time everywhere, in the zone that was asked for. */
  moment: number;
  /** The zone of its clocks; undefined for days and for what is the same time everywhere. */
  timeZone: string | undefined;
}

/** How times of a calendar file become moments. */
export type Clocks = (time: ICAL.Time, tzid: string | undefined) => IcsTime;

/**
 * The clocks of a calendar file: zones by their usual names, else as the file describes them.
 *
 * @param local whose clocks show days, and times that are of no zone
 */
export function clocksOf(calendar: ICAL.Component, local: string): Clocks {
  const described = new Map<string, ICAL.Timezone>();
  for (const component of calendar.getAllSubcomponents("vtimezone")) {
    const tzid = component.getFirstPropertyValue("tzid");
    if (typeof tzid === "string") described.set(tzid, new ICAL.Timezone(component));
  }
  return (time, tzid) => {
    const wall = wallOf(time);
    if (time.isDate)
      return { wall, isDay: true, moment: momentAt(local, wall), timeZone: undefined };
    if (isUtc(time)) return { wall, isDay: false, moment: wall, timeZone: "UTC" };
    const timeZone = tzid === undefined ? undefined : usualName(tzid);
    if (timeZone !== undefined) {
      return { wall, isDay: false, moment: momentAt(timeZone, wall), timeZone };
    }
    const zone = tzid === undefined ? undefined : described.get(tzid);
    if (!zone) return { wall, isDay: false, moment: momentAt(local, wall), timeZone: undefined };
    const there = time.clone();
    there.zone = zone;
    return { wall, isDay: false, moment: there.toUnixTime() * 1_000, timeZone: tzid };
  };
}

export function isUtc(time: ICAL.Time): boolean {
  return time.zone === ICAL.Timezone.utcTimezone;
}

export function wallOf({ year, month, day, hour, minute, second, isDate }: ICAL.Time): number {
  return isDate
    ? Date.UTC(year, month - 1, day)
    : Date.UTC(year, month - 1, day, hour, minute, second);
}

/** `Europe/Berlin`, also at the end of names such as `/example.org/2026/Europe/Berlin`. */
function usualName(tzid: string): string | undefined {
  const parts = tzid.split("/").filter(Boolean);
  for (let start = 0; start < parts.length; start++) {
    const name = parts.slice(start).join("/");
    if (isTimeZone(name)) return name;
  }
  return undefined;
}
