import { FlotillaError } from "@flotilla/core";
import type ICAL from "ical.js";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { defineTool, type Tool, type ToolCall } from "../tool.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { changed, eventIdSchema, readEvent } from "./calendars.ts";
import { writtenSchema } from "./create.ts";
import { withDav, type Dav } from "./dav.ts";
import { callMark, eventFields, localTimeSchema, titleSchema, zoneField } from "./event-input.ts";
import type { EventFields } from "./write-event.ts";

/** Which event, and which state of it, as tools are told. */
export const whichEvent = {
  connection: connectionArgument,
  event: eventIdSchema.describe("id from calendar_events"),
  etag: z
    .string()
    .max(500)
    .optional()
    .describe("from calendar_events: refused when somebody has changed the event since"),
};

export const occurrenceSchema = z
  .string()
  .max(40)
  .optional()
  .describe("of a series: which one, from calendar_events; left out: all of them");

/** An event as it is at the server, to be changed. */
export interface OpenedEvent {
  calendar: ICAL.Component;
  /** Of a series all of it. */
  master: ICAL.Component;
}

/**
 * Changes an event where nobody else has meanwhile. A call that was cut off after it had changed it is recognised by its
 * mark.
 */
export async function changeEvent(
  dav: Dav,
  { event: id, etag }: { event: string; etag?: string | undefined },
  context: ToolCall,
  change: (opened: OpenedEvent, call: string) => void | Promise<void>,
): Promise<z.input<typeof writtenSchema>> {
  const { parseCalendar } = await import("./occurrences.ts");
  const { writtenBy } = await import("./write-event.ts");
  const call = callMark(context);
  const file = await readEvent(dav, id, undefined);
  const calendar = parseCalendar(file.text);
  const events = calendar.getAllSubcomponents("vevent");
  if (events.some((event) => writtenBy(event) === call)) return { id, etag: file.etag };
  if (etag !== undefined && etag !== file.etag) throw changed();
  const master = events.find((event) => !event.hasProperty("recurrence-id")) ?? events[0];
  if (!master) throw new FlotillaError("tool_failed", "There is no event in this file.");
  await change({ calendar, master }, call);
  if (!(await dav.put(id, calendar.toString(), { etag: file.etag }))) throw changed();
  return { id, etag: (await dav.get(id))?.etag ?? null };
}

export function calendarUpdate({ reach }: CalendarAccess): Tool {
  return defineTool({
    name: "calendar_update",
    description:
      "Changes an event: a single one, a series, or one occurrence of a series. Only what is given changes; an empty text takes it away. " +
      "Events that people are invited to are changed with calendar_invite.",
    input: z.strictObject({
      ...whichEvent,
      occurrence: occurrenceSchema,
      title: titleSchema.optional(),
      start: localTimeSchema.optional(),
      end: localTimeSchema.optional(),
      timeZone: zoneField,
      ...eventFields,
    }),
    output: writtenSchema,
    risk: "write",
    reach: "own",
    emits: calendarLabels,
    recovery: "idempotent",
    timeoutMs: 60_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, event, etag, occurrence, ...fields }, context) {
      const opened = await context.connection("calendar", connection);
      return withDav(reach, opened, context.signal, (dav) =>
        changeEvent(dav, { event, etag }, context, async ({ calendar, master }, call) => {
          checkNobodyInvited(master);
          await applyFields({ calendar, master }, occurrence, fields, {
            call,
            now: context.clock.now(),
          });
        }),
      );
    },
  });
}

/** Servers tell those who are invited of changes. */
function checkNobodyInvited(event: ICAL.Component): void {
  if (!event.hasProperty("attendee")) return;
  throw new FlotillaError(
    "tool_input_invalid",
    "People are invited to this event, and are told of changes.",
    {
      remedy: "Change it with calendar_invite.",
    },
  );
}

/** Writes what is given into an event, or into one of a series. */
export async function applyFields(
  { calendar, master }: OpenedEvent,
  occurrence: string | undefined,
  fields: EventFields,
  made: { call: string; now: number },
): Promise<void> {
  const { checkSeriesTimes, writeEvent } = await import("./write-event.ts");
  if (occurrence === undefined) {
    checkSeriesTimes(calendar, master, fields);
    return writeEvent(calendar, master, fields, made);
  }
  const { occurrenceEvent } = await import("./occurrence-event.ts");
  if (fields.rule !== undefined || fields.without !== undefined) {
    throw new FlotillaError("tool_input_invalid", "One occurrence has no rule of its own.");
  }
  return writeEvent(calendar, occurrenceEvent(calendar, master, occurrence), fields, made);
}
