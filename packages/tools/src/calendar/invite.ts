import { z } from "zod";
import { pathSchema } from "../files/path.ts";
import { addressesSchema } from "../mail/address.ts";
import { defineTool, type Tool } from "../tool.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { writtenSchema } from "./create.ts";
import { withDav } from "./dav.ts";
import { eventFields, localTimeSchema, titleSchema, zoneField } from "./event-input.ts";
import { writeWorkspaceFile } from "../files/whole-file.ts";
import { applyFields, changeEvent, whichEvent } from "./update.ts";

/** Calendar servers that can, tell people themselves; for the others there is the file that a mail takes along. */
export function calendarInvite({ reach, workspaceBytes }: CalendarAccess): Tool {
  return defineTool({
    name: "calendar_invite",
    description:
      "Invites people to an event, or changes one that people are invited to: servers that send invitations tell them. " +
      "With a path it also writes the invitation as an .ics file into the workspace, to be attached to a mail.",
    input: z.strictObject({
      ...whichEvent,
      attendees: addressesSchema.describe("to be invited beside those who are"),
      organizer: z.email().optional().describe("whose event it is; left out: as it is"),
      title: titleSchema.optional(),
      start: localTimeSchema.optional(),
      end: localTimeSchema.optional(),
      timeZone: zoneField,
      ...eventFields,
      path: pathSchema.optional(),
    }),
    output: writtenSchema.extend({
      attendees: z.array(z.string()),
      path: z.string().optional(),
    }),
    risk: "outbound",
    reach: "own",
    emits: calendarLabels,
    destinations: ({ attendees }) => attendees,
    recovery: "idempotent",
    timeoutMs: 60_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, event, etag, attendees, organizer, path, ...fields }, context) {
      const { invite, invitedTo } = await import("./attendees.ts");
      const opened = await context.connection("calendar", connection);
      return withDav(reach, opened, context.signal, async (dav) => {
        const written = await changeEvent(dav, { event, etag }, context, async (file, call) => {
          await applyFields(file, undefined, fields, { call, now: context.clock.now() });
          invite(file.master, attendees, organizer);
        });
        const { parseCalendar } = await import("./occurrences.ts");
        const calendar = parseCalendar((await dav.get(event))?.text ?? "");
        const invited = calendar.getAllSubcomponents("vevent").flatMap(invitedTo);
        if (path === undefined) return { ...written, attendees: invited };
        calendar.updatePropertyWithValue("method", "REQUEST");
        await writeWorkspaceFile(
          path,
          calendar.toString(),
          workspaceBytes,
          context,
          calendarLabels,
        );
        return { ...written, attendees: invited, path };
      });
    },
  });
}
