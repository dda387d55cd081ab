import { nextChange, offsetAt } from "@flotilla/core";
import ICAL from "ical.js";

const dayMs = 86_400_000;
const days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** A change of a zone's clocks. */
interface Change {
  at: number;
  /** Offsets before and after, in milliseconds. */
  before: number;
  after: number;
}

/**
 * A zone as calendar files describe it (RFC 5545, 3.6.5), from a year before a moment on. Changes that come every year by
 * one rule are told as the rule, others one by one for ten years.
 */
export function vtimezone(timeZone: string, moment: number): ICAL.Component {
  const from = Date.UTC(new Date(moment).getUTCFullYear() - 1);
  const until = Date.UTC(new Date(moment).getUTCFullYear() + 10);
  const component = new ICAL.Component("vtimezone");
  component.addPropertyWithValue("tzid", timeZone);
  const changes: Change[] = [];
  for (
    let at = nextChange(timeZone, from, until);
    at !== undefined;
    at = nextChange(timeZone, at, until)
  ) {
    changes.push({ at, before: offsetAt(timeZone, at - 1_000), after: offsetAt(timeZone, at) });
  }
  const offset = offsetAt(timeZone, from);
  const base = Math.min(offset, ...changes.map(({ after }) => after));
  if (changes[0]?.at !== from) {
    component.addSubcomponent(observance({ at: from, before: offset, after: offset }, base));
  }
  const yearly = yearlyRules(changes);
  for (const { change, rule } of yearly ??
    changes.map((one) => ({ change: one, rule: undefined }))) {
    component.addSubcomponent(observance(change, base, rule));
  }
  return component;
}

function observance({ at, before, after }: Change, base: number, rule?: string): ICAL.Component {
  const component = new ICAL.Component(after > base ? "daylight" : "standard");
  component.addPropertyWithValue("dtstart", wallTime(at + before));
  component.addPropertyWithValue("tzoffsetfrom", offsetText(before));
  component.addPropertyWithValue("tzoffsetto", offsetText(after));
  if (rule !== undefined) component.addPropertyWithValue("rrule", ICAL.Recur.fromString(rule));
  return component;
}

/** Undefined where the changes of the years are not by two rules that all of them keep. */
function yearlyRules(changes: readonly Change[]): { change: Change; rule: string }[] | undefined {
  const [first, second] = changes;
  if (!first || !second || changes.length < 20) return undefined;
  const rules = [first, second].map((change) => {
    const wall = new Date(change.at + change.before);
    const week = Math.ceil(wall.getUTCDate() / 7);
    const fitting = [week, -1].filter((nth) =>
      changes.every((one, index) => changes[index % 2] !== change || isNth(one, nth, wall)),
    );
    const same = changes.filter((_one, index) => changes[index % 2] === change);
    const nth = fitting.find((one) => same.every((each) => isNth(each, one, wall)));
    const day = days[wall.getUTCDay()];
    return nth === undefined
      ? undefined
      : { change, rule: `FREQ=YEARLY;BYMONTH=${wall.getUTCMonth() + 1};BYDAY=${nth}${day}` };
  });
  return rules.every((rule) => rule !== undefined) ? rules : undefined;
}

/** Whether a change is on that weekday of its month, the nth or the last one, at that time of the day. */
function isNth({ at, before }: Change, nth: number, like: Date): boolean {
  const wall = new Date(at + before);
  if (wall.getUTCMonth() !== like.getUTCMonth() || wall.getUTCDay() !== like.getUTCDay())
    return false;
  if (wall.getTime() % dayMs !== like.getTime() % dayMs) return false;
  if (nth > 0) return Math.ceil(wall.getUTCDate() / 7) === nth;
  return new Date(wall.getTime() + 7 * dayMs).getUTCMonth() !== wall.getUTCMonth();
}

function wallTime(wall: number): ICAL.Time {
  return ICAL.Time.fromDateTimeString(new Date(wall).toISOString().slice(0, 19));
}

function offsetText(ms: number): ICAL.UtcOffset {
  return ICAL.UtcOffset.fromSeconds(Math.round(ms / 1_000));
}
