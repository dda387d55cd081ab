import { FlotillaError } from "@flotilla/core";
import ICAL from "ical.js";
import { clocksOf } from "./ics-time.ts";
import { isSeries, occurrencesOf, timeOf, type Occurrence } from "./occurrences.ts";
import { occurrenceName } from "./present-event.ts";
import { leaveOut, setTime } from "./write-event.ts";

const dayMs = 86_400_000;

/** The occurrence of a series that is named so. Throws `tool_input_invalid` when there is none. */
function findOccurrence(calendar: ICAL.Component, name: string): Occurrence {
  const at = Date.parse(name);
  const range = { from: at - 400 * dayMs, to: at + 400 * dayMs, timeZone: "UTC" };
  const found = Number.isNaN(at)
    ? undefined
    : occurrencesOf(calendar, range).find(
        ({ original }) => original && occurrenceName(original) === name,
      );
  if (found) return found;
  throw new FlotillaError(
    "tool_input_invalid",
    `The series has no occurrence ${JSON.stringify(name)}.`,
    {
      remedy: "Look it up with calendar_events.",
    },
  );
}

/** An occurrence as an event of its own: the one there is, or a copy of the series at that time. */
export function occurrenceEvent(
  calendar: ICAL.Component,
  master: ICAL.Component,
  name: string,
): ICAL.Component {
  const { event, original, start, end } = findOccurrence(calendar, name);
  if (event.hasProperty("recurrence-id") || !original) return event;
  const own = new ICAL.Component(
    structuredClone(master.toJSON()) as [string, unknown[], unknown[]],
  );
  for (const property of ["rrule", "rdate", "exdate", "duration", "x-flotilla-call"]) {
    own.removeAllProperties(property);
  }
  const { timeZone } = start;
  const text = (wall: number) => new Date(wall).toISOString().slice(0, start.isDay ? 10 : 19);
  const tzid = start.isDay ? undefined : (timeZone ?? "floating");
  const lasts = end - start.moment;
  setTime(own, "dtstart", text(start.wall), tzid);
  setTime(
    own,
    "dtend",
    text(start.wall + (start.isDay ? Math.round(lasts / dayMs) * dayMs : lasts)),
    tzid,
  );
  setTime(own, "recurrence-id", text(original.wall), tzid);
  calendar.addSubcomponent(own);
  return own;
}

/** Takes an occurrence out of its series. */
export function removeOccurrence(
  calendar: ICAL.Component,
  master: ICAL.Component,
  name: string,
): void {
  const { event, original } = findOccurrence(calendar, name);
  if (!original || !isSeries(master)) return;
  if (event.hasProperty("recurrence-id")) calendar.removeSubcomponent(event);
  const first = master.getFirstPropertyValue("dtstart");
  const clocks = clocksOf(calendar, "UTC");
  const own = timeOf(master, "dtstart", clocks);
  if (!(first instanceof ICAL.Time) || !own) return;
  const wall = new Date(original.wall);
  const time = first.clone();
  time.fromData({
    ...{ year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() },
    ...{ hour: wall.getUTCHours(), minute: wall.getUTCMinutes(), second: wall.getUTCSeconds() },
    isDate: first.isDate,
  });
  time.zone = first.zone ?? ICAL.Timezone.localTimezone;
  leaveOut(master, time);
}
