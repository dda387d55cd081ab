import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { changed, checkWithin } from "./calendars.ts";
import { withDav } from "./dav.ts";
import { changeEvent, occurrenceSchema, whichEvent } from "./update.ts";

/** Doing it again finds nothing left to do. */
export function calendarDelete({ reach }: CalendarAccess): Tool {
  return defineTool({
    name: "calendar_delete",
    description: "Deletes an event, a series, or one occurrence of a series.",
    input: z.strictObject({ ...whichEvent, occurrence: occurrenceSchema }),
    output: z.strictObject({ deleted: z.boolean().describe("false: it was gone already") }),
    risk: "destructive",
    reach: "own",
    emits: calendarLabels,
    recovery: "idempotent",
    timeoutMs: 60_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, event, etag, occurrence }, context) {
      const opened = await context.connection("calendar", connection);
      return withDav(reach, opened, context.signal, async (dav) => {
        if (occurrence !== undefined) {
          const { removeOccurrence } = await import("./occurrence-event.ts");
          const { writeEvent } = await import("./write-event.ts");
          await changeEvent(dav, { event, etag }, context, ({ calendar, master }, call) => {
            removeOccurrence(calendar, master, occurrence);
            writeEvent(calendar, master, {}, { call, now: context.clock.now() });
          });
          return { deleted: true };
        }
        await checkWithin(dav, event);
        const file = await dav.get(event);
        if (!file) return { deleted: false };
        if (etag !== undefined && etag !== file.etag) throw changed();
        if (!(await dav.remove(event, file.etag ?? "*"))) throw changed();
        return { deleted: true };
      });
    },
  });
}
