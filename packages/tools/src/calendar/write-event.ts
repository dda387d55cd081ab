import { FlotillaError, wallTime } from "@flotilla/core";
import ICAL from "ical.js";
import { isSeries } from "./occurrences.ts";
import { momentAt } from "./zone.ts";
import { vtimezone } from "./vtimezone.ts";

/** What of an event is to be, as tools are told; what is left out stays as it is. */
export interface EventFields {
  title?: string | undefined;
  /** A day, or a time on the clocks of the time zone. */
  start?: string | undefined;
  end?: string | undefined;
  timeZone?: string | undefined;
  location?: string | undefined;
  description?: string | undefined;
  rule?: string | undefined;
  without?: string[] | undefined;
  free?: boolean | undefined;
  status?: "confirmed" | "tentative" | "cancelled" | undefined;
}

const callProperty = "x-flotilla-call";

/** The call that an event was last written by, of this platform's. */
export function writtenBy(event: ICAL.Component): string | undefined {
  const value = event.getFirstPropertyValue(callProperty);
  return typeof value === "string" ? value : undefined;
}

/** A new calendar file with one event. Throws `tool_input_invalid`. */
export function newCalendar(
  fields: EventFields & { start: string; end: string },
  made: { uid: string; call: string; now: number },
): ICAL.Component {
  const calendar = new ICAL.Component("vcalendar");
  calendar.addPropertyWithValue("version", "2.0");
  calendar.addPropertyWithValue("prodid", "-//Flotilla//EN");
  const event = new ICAL.Component("vevent");
  event.addPropertyWithValue("uid", made.uid);
  calendar.addSubcomponent(event);
  writeEvent(calendar, event, fields, made);
  return calendar;
}

/** Writes what is given into an event of a calendar file. Throws `tool_input_invalid`. */
export function writeEvent(
  calendar: ICAL.Component,
  event: ICAL.Component,
  fields: EventFields,
  { call, now }: { call: string; now: number },
): void {
  const { start, end, timeZone } = fields;
  setTexts(event, fields);
  if (start !== undefined || end !== undefined) {
    setTimes(calendar, event, { start, end, timeZone });
  }
  if (fields.rule !== undefined) setRule(event, fields.rule);
  if (fields.without !== undefined) setWithout(event, fields.without);
  const stamp = ICAL.Time.fromJSDate(new Date(now), true);
  event.updatePropertyWithValue("dtstamp", stamp);
  event.updatePropertyWithValue("last-modified", stamp);
  const sequence = Number(event.getFirstPropertyValue("sequence") ?? -1) + 1;
  event.updatePropertyWithValue("sequence", sequence);
  event.updatePropertyWithValue(callProperty, call);
}

function setTexts(event: ICAL.Component, fields: EventFields): void {
  const texts = {
    summary: fields.title,
    location: fields.location,
    description: fields.description,
    status: fields.status?.toUpperCase(),
    transp: fields.free === undefined ? undefined : fields.free ? "TRANSPARENT" : "OPAQUE",
  };
  for (const [name, text] of Object.entries(texts)) {
    if (text === "") event.removeAllProperties(name);
    else if (text !== undefined) event.updatePropertyWithValue(name, text);
  }
}

interface Times {
  start?: string | undefined;
  end?: string | undefined;
  timeZone?: string | undefined;
}

function setTimes(
  calendar: ICAL.Component,
  event: ICAL.Component,
  { start, end, timeZone }: Times,
) {
  if (start === undefined || end === undefined) {
    throw invalid("A new time takes both a start and an end");
  }
  const isDay = start.length === 10;
  if (isDay !== (end.length === 10)) throw invalid("Start and end are both days, or both times");
  if (!isDay && timeZone === undefined) throw invalid("A time needs the timeZone of its clocks");
  const zone = isDay ? undefined : timeZone;
  const [from, to] = [momentOfText(start, zone), momentOfText(end, zone)];
  if (to < from || (isDay && to === from)) throw invalid("It ends before it begins");
  event.removeAllProperties("duration");
  setTime(event, "dtstart", start, zone);
  setTime(event, "dtend", end, zone);
  if (zone !== undefined && zone !== "UTC") addZone(calendar, zone, from);
}

/** Throws where the clocks of the zone never show it. */
function momentOfText(text: string, timeZone: string | undefined): number {
  const wall = Date.parse(text.length === 10 ? text : `${text}Z`);
  if (timeZone === undefined) return wall;
  const moment = momentAt(timeZone, wall);
  if (wallTime(timeZone, moment) === wall) return moment;
  throw invalid(`${text} is not there in ${timeZone}: clocks go forward over it`);
}

/** A time of that zone, or `floating`, of none; without either, a day. */
export function setTime(
  event: ICAL.Component,
  name: string,
  text: string,
  timeZone: string | undefined,
): void {
  event.removeAllProperties(name);
  const property = new ICAL.Property(name);
  if (timeZone === undefined) {
    property.resetType("date");
    property.setValue(ICAL.Time.fromDateString(text));
  } else {
    const full = text.length === 16 ? `${text}:00` : text;
    property.setValue(ICAL.Time.fromDateTimeString(timeZone === "UTC" ? `${full}Z` : full));
    if (timeZone !== "UTC" && timeZone !== "floating") property.setParameter("tzid", timeZone);
  }
  event.addProperty(property);
}

function addZone(calendar: ICAL.Component, timeZone: string, moment: number): void {
  const known = calendar
    .getAllSubcomponents("vtimezone")
    .some((zone) => zone.getFirstPropertyValue("tzid") === timeZone);
  if (!known) calendar.addSubcomponent(vtimezone(timeZone, moment));
}

/** An empty rule ends a series. */
function setRule(event: ICAL.Component, rule: string): void {
  event.removeAllProperties("rrule");
  if (rule === "") {
    event.removeAllProperties("rdate");
    event.removeAllProperties("exdate");
    return;
  }
  let recur: ICAL.Recur;
  try {
    recur = ICAL.Recur.fromString(rule.replace(/^RRULE:/i, ""));
  } catch (error) {
    throw invalid(`${JSON.stringify(rule)} is no rule of RFC 5545 (${(error as Error).message})`);
  }
  if (!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].includes(recur.freq)) {
    throw invalid("A series is DAILY, WEEKLY, MONTHLY or YEARLY");
  }
  event.addPropertyWithValue("rrule", recur);
}

/** Days that a series leaves out. */
function setWithout(event: ICAL.Component, days: readonly string[]): void {
  const property = event.getFirstProperty("dtstart");
  const first = property?.getFirstValue();
  if (!property || !(first instanceof ICAL.Time)) return;
  for (const day of days) {
    const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
    const time = first.clone();
    Object.assign(time, { year, month, day: date });
    leaveOut(event, time);
  }
}

/** Leaves out a time of a series, which is on the clocks of its first one. */
export function leaveOut(event: ICAL.Component, time: ICAL.Time): void {
  const property = new ICAL.Property("exdate");
  if (time.isDate) property.resetType("date");
  property.setValue(time);
  const tzid = event.getFirstProperty("dtstart")?.getParameter("tzid");
  if (typeof tzid === "string") property.setParameter("tzid", tzid);
  event.addProperty(property);
}

/** Throws `tool_input_invalid` where a series that was changed here and there would lose what was. */
export function checkSeriesTimes(
  calendar: ICAL.Component,
  event: ICAL.Component,
  fields: EventFields,
): void {
  const { start, end, rule } = fields;
  const isMoved = start !== undefined || end !== undefined || rule !== undefined;
  if (!isMoved || !isSeries(event)) return;
  const hasChanges =
    calendar.getAllSubcomponents("vevent").length > 1 || event.hasProperty("exdate");
  if (!hasChanges) return;
  throw invalid("Single occurrences of this series were changed or left out, and would be lost");
}

function invalid(why: string): FlotillaError {
  return new FlotillaError("tool_input_invalid", `${why}.`, {
    remedy: "Change what you ask for, or make a new event.",
  });
}
