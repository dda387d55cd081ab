import type { Reach } from "../connection/reach.ts";

/** What the calendar tools share. */
export interface CalendarAccess {
  reach: Reach;
  workspaceBytes: number;
}

/** Where events come from, and for whose eyes they are. */
export const calendarLabels = ["calendar", "private"];
