import type { Tool } from "../tool.ts";
import type { CalendarAccess } from "./calendar-access.ts";
import { calendarCreate } from "./create.ts";
import { calendarDelete } from "./delete.ts";
import { calendarEvents } from "./events.ts";
import { calendarFindTime, calendarFreeBusy } from "./free-busy.ts";
import { calendarInvite } from "./invite.ts";
import { calendarReadFile, calendarWriteFile } from "./files.ts";
import { calendarList } from "./list.ts";
import { calendarUpdate } from "./update.ts";

/** Every tool for calendars. */
export function calendarTools(access: CalendarAccess): Tool[] {
  return [
    calendarList(access),
    calendarEvents(access),
    calendarFreeBusy(access),
    calendarFindTime(access),
    calendarCreate(access),
    calendarUpdate(access),
    calendarInvite(access),
    calendarDelete(access),
    calendarReadFile,
    calendarWriteFile(access),
  ];
}
