import type { Event } from "@flotilla/core";

/** Characters before what was found, so that it is read in its sentence. */
const before = 40;
const most = 300;

const texts = new WeakMap<Event, string>();

/** What an event holds beside its envelope, as JSON. Events never change, so each is written once. */
function eventText(event: Event): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const { runId: _runId, seq: _seq, at: _at, type: _type, ...rest } = event;
  const text = JSON.stringify(rest);
  texts.set(event, text);
  return text;
}

/** A line of an event's text: its beginning, or where what is looked for stands in it. */
export interface Excerpt {
  before: string;
  /** As it is written there; empty where nothing is looked for, or it is not there. */
  found: string;
  after: string;
}

export function excerptOf(event: Event, find?: string): Excerpt {
  const text = eventText(event);
  const place = find ? text.toLowerCase().indexOf(find.toLowerCase()) : -1;
  if (!find || place < 0) return { before: text.slice(0, most), found: "", after: "" };
  const start = place > 2 * before ? place - before : 0;
  const end = place + find.length;
  return {
    before: (start > 0 ? "…" : "") + text.slice(start, place),
    found: text.slice(place, end),
    after: text.slice(end, end + most),
  };
}

/** Events of that type that have that text in them, in capitals or not; what is left out is not asked about. */
export function findEvents(
  events: readonly Event[],
  { find, type }: { find?: string | undefined; type?: string | undefined },
): readonly Event[] {
  const wanted = find?.toLowerCase();
  if (!wanted && !type) return events;
  return events.filter(
    (event) =>
      (!type || event.type === type) &&
      (!wanted || event.type.includes(wanted) || eventText(event).toLowerCase().includes(wanted)),
  );
}

/** The types that there are, by name, with how many events are of each. */
export function eventTypes(events: readonly Event[]): [type: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
