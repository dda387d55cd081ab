import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { defineTool, type Tool } from "../tool.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { withDav, type Calendar } from "./dav.ts";

export function calendarList({ reach }: CalendarAccess): Tool {
  return defineTool({
    name: "calendar_list",
    description: "The calendars of a connection.",
    input: z.strictObject({ connection: connectionArgument }),
    output: z.strictObject({
      calendars: z.array(
        z.strictObject({
          calendar: z.string(),
          name: z.string(),
          description: z.string().optional(),
        }),
      ),
    }),
    risk: "read",
    reach: "own",
    emits: calendarLabels,
    recovery: "idempotent",
    timeoutMs: 60_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection }, context) {
      const opened = await context.connection("calendar", connection);
      const found = await withDav(reach, opened, context.signal, (dav) => dav.calendars());
      const calendars = found.slice(0, 200).map(presentCalendar);
      return { calendars };
    },
  });
}

function presentCalendar({ path, name, description }: Calendar) {
  return { calendar: path, name, ...(description !== undefined && { description }) };
}
