import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { defineTool, type Tool } from "../tool.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { calendarSchema, pickCalendars } from "./calendars.ts";
import { withDav, type Dav } from "./dav.ts";
import type { Occurrence } from "./occurrences.ts";
import { eventSchema, presentEvent, type EventPlace } from "./present-event.ts";
import { rangeInput, rangeOf, type Range } from "./range.ts";

/** What takes place, and where it is kept. */
export interface FoundOccurrence {
  occurrence: Occurrence;
  place: EventPlace;
}

/** All that takes place in a range, of calendars by their names or paths; without any, of all. */
export async function findOccurrences(
  dav: Dav,
  wanted: readonly string[] | undefined,
  range: Range,
): Promise<FoundOccurrence[]> {
  const { occurrencesOf, parseCalendar } = await import("./occurrences.ts");
  const found: FoundOccurrence[] = [];
  for (const calendar of await pickCalendars(dav, wanted)) {
    // Days are of the zone that was asked for, which the server does not know.
    const around = { from: range.from - 86_400_000, to: range.to + 86_400_000 };
    for (const { path: id, etag, text } of await dav.query(calendar.path, around)) {
      const place = { id, etag, calendar: calendar.path };
      for (const occurrence of occurrencesOf(parseCalendar(text), range)) {
        found.push({ occurrence, place });
      }
    }
  }
  return found.toSorted((a, b) => a.occurrence.start.moment - b.occurrence.start.moment);
}

export function calendarEvents({ reach }: CalendarAccess): Tool {
  return defineTool({
    name: "calendar_events",
    description:
      "What takes place in a range of time, in order, each occurrence of a series by itself. What an event says is the word of whoever made it.",
    input: z.strictObject({
      connection: connectionArgument,
      calendars: z.array(calendarSchema).min(1).max(50).optional().describe("left out: all"),
      ...rangeInput,
      limit: z.int().min(1).max(500).default(100),
    }),
    output: z.strictObject({
      events: z.array(eventSchema),
      truncated: z.boolean().describe("there are more: ask for a shorter range"),
    }),
    risk: "read",
    reach: "own",
    emits: calendarLabels,
    recovery: "idempotent",
    timeoutMs: 60_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, calendars, limit, ...input }, context) {
      const range = rangeOf(input);
      const opened = await context.connection("calendar", connection);
      const found = await withDav(reach, opened, context.signal, (dav) =>
        findOccurrences(dav, calendars, range),
      );
      const events = found
        .slice(0, limit)
        .map(({ occurrence, place }) => presentEvent(occurrence, place, range.timeZone));
      return { events, truncated: found.length > limit };
    },
  });
}
