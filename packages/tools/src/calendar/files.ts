import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { pathSchema } from "../files/path.ts";
import { readWorkspaceFile, writeWorkspaceFile } from "../files/whole-file.ts";
import { defineTool, type Tool } from "../tool.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { calendarSchema, pickCalendars } from "./calendars.ts";
import { withDav } from "./dav.ts";
import { eventSchema, presentEvent } from "./present-event.ts";
import { rangeInput, rangeOf } from "./range.ts";

const mostEvents = 500;

export const calendarReadFile: Tool = defineTool({
  name: "calendar_read_file",
  description:
    "What takes place in a range of time by an .ics file of the workspace, such as one that came by mail.",
  input: z.strictObject({ path: pathSchema, ...rangeInput }),
  output: z.strictObject({ events: z.array(eventSchema), truncated: z.boolean() }),
  risk: "read",
  reach: "run",
  emits: calendarLabels,
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 2,
  async call({ path, ...input }, context) {
    const range = rangeOf(input);
    const text = (await readWorkspaceFile(path, context)).toString("utf8");
    const { occurrencesOf, parseCalendar } = await import("./occurrences.ts");
    const found = occurrencesOf(parseCalendar(text), range);
    context.label(...((await context.fileLabels.of(path)) ?? ["document"]));
    const nowhere = { id: null, etag: null, calendar: null };
    const events = found
      .slice(0, mostEvents)
      .map((one) => presentEvent(one, nowhere, range.timeZone));
    return { events, truncated: found.length > mostEvents };
  },
});

export function calendarWriteFile({ reach, workspaceBytes }: CalendarAccess): Tool {
  return defineTool({
    name: "calendar_write_file",
    description:
      "Writes the events of a range of time into an .ics file of the workspace, series as a whole.",
    input: z.strictObject({
      connection: connectionArgument,
      calendars: z.array(calendarSchema).min(1).max(50).optional().describe("left out: all"),
      ...rangeInput,
      path: pathSchema,
    }),
    output: z.strictObject({ path: z.string(), events: z.int(), bytes: z.int() }),
    // What it changes is the run's own.
    risk: "write",
    reach: "run",
    emits: calendarLabels,
    recovery: "idempotent",
    timeoutMs: 60_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, calendars, path, ...input }, context) {
      const { from, to } = rangeOf(input);
      const opened = await context.connection("calendar", connection);
      const texts = await withDav(reach, opened, context.signal, async (dav) => {
        const all: string[] = [];
        for (const calendar of await pickCalendars(dav, calendars)) {
          for (const { text } of await dav.query(calendar.path, { from, to })) all.push(text);
        }
        return all;
      });
      const { joinCalendars } = await import("./join-calendars.ts");
      const joined = joinCalendars(texts);
      if (joined.events === 0) throw new FlotillaError("tool_failed", "Nothing takes place there.");
      await writeWorkspaceFile(path, joined.text, workspaceBytes, context, calendarLabels);
      return { path, events: joined.events, bytes: Buffer.byteLength(joined.text) };
    },
  });
}
