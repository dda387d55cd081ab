import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { defineTool, type Tool } from "../tool.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { calendarSchema, pickCalendar } from "./calendars.ts";
import { withDav } from "./dav.ts";
import { callMark, eventFields, localTimeSchema, titleSchema, zoneField } from "./event-input.ts";

export const writtenSchema = z.strictObject({
  id: z.string().describe("for the other calendar tools"),
  etag: z.string().nullable(),
});

/** Running it again finds the event that it has made: its name is made of the call. */
export function calendarCreate({ reach }: CalendarAccess): Tool {
  return defineTool({
    name: "calendar_create",
    description:
      "Makes an event or a series of them. Whole days are days, and the end is the day after the last. Invite people with calendar_invite.",
    input: z.strictObject({
      connection: connectionArgument,
      calendar: calendarSchema.optional(),
      title: titleSchema,
      start: localTimeSchema,
      end: localTimeSchema,
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
    async call({ connection, calendar: wanted, ...fields }, context) {
      const { newCalendar } = await import("./write-event.ts");
      const call = callMark(context);
      const made = { uid: `${call}@flotilla`, call, now: context.clock.now() };
      const text = newCalendar(fields, made).toString();
      const opened = await context.connection("calendar", connection);
      return withDav(reach, opened, context.signal, async (dav) => {
        const { path } = await pickCalendar(dav, wanted);
        const id = `${path}${path.endsWith("/") ? "" : "/"}${call}.ics`;
        await dav.put(id, text, { isNew: true });
        // Where there was one already, this call has made it before.
        const kept = await dav.get(id);
        if (kept) return { id, etag: kept.etag };
        throw new FlotillaError("tool_failed", "The calendar server did not keep the event.");
      });
    },
  });
}
