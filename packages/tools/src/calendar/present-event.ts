import type ICAL from "ical.js";
import { z } from "zod";
import type { Occurrence } from "./occurrences.ts";
import { isoAt, isoDay } from "./zone.ts";

const mostAttendees = 100;

export const eventSchema = z.strictObject({
  id: z.string().nullable().describe("for the other calendar tools"),
  etag: z.string().nullable().describe("of this state of it"),
  calendar: z.string().nullable(),
  title: z.string(),
  start: z.string(),
  end: z.string().describe("when it is over; of whole days, the day after the last"),
  allDay: z.boolean(),
  timeZone: z.string().nullable().describe("of the event; null for whole days"),
  location: z.string().optional(),
  description: z.string().optional(),
  status: z.string().optional(),
  free: z.boolean().describe("whoever has it is not busy"),
  occurrence: z.string().optional().describe("which one of its series"),
  organizer: z.string().optional(),
  attendees: z
    .array(z.strictObject({ address: z.string(), name: z.string().optional(), answer: z.string() }))
    .optional(),
});
export type ShownEvent = z.input<typeof eventSchema>;

/** Where an event is kept. */
export interface EventPlace {
  id: string | null;
  etag: string | null;
  calendar: string | null;
}

/** An occurrence as a model reads it, in a time zone. */
export function presentEvent(
  { event, start, end, original }: Occurrence,
  { id, etag, calendar }: EventPlace,
  timeZone: string,
): ShownEvent {
  const text = (name: string, most: number) => {
    const value = event.getFirstPropertyValue(name);
    return typeof value === "string" && value !== "" ? value.slice(0, most) : undefined;
  };
  const [location, description] = [text("location", 1_000), text("description", 20_000)];
  const status = text("status", 40)?.toLowerCase();
  const attendees = attendeesOf(event);
  const organizer = text("organizer", 320)?.replace(/^mailto:/i, "");
  return {
    ...{ id, etag, calendar },
    title: text("summary", 1_000) ?? "",
    start: start.isDay ? isoDay(start.wall) : isoAt(timeZone, start.moment),
    end: start.isDay ? isoDay(lastDay(start.wall, start.moment, end)) : isoAt(timeZone, end),
    allDay: start.isDay,
    timeZone: start.timeZone ?? null,
    ...(location !== undefined && { location }),
    ...(description !== undefined && { description }),
    ...(status !== undefined && { status }),
    free: isFree(event),
    ...(original && { occurrence: occurrenceName(original) }),
    ...(organizer !== undefined && { organizer }),
    ...(attendees.length > 0 && { attendees }),
  };
}

/** Days are counted on the calendar, whatever clocks do meanwhile. */
function lastDay(wall: number, start: number, end: number): number {
  return wall + Math.round((end - start) / 86_400_000) * 86_400_000;
}

/** What is cancelled, or said to be so, keeps nobody busy. */
export function isFree(event: ICAL.Component): boolean {
  const value = (name: string) => String(event.getFirstPropertyValue(name) ?? "").toUpperCase();
  return value("transp") === "TRANSPARENT" || value("status") === "CANCELLED";
}

/** How an occurrence of a series is named: its day, or its moment in UTC, as it was planned. */
export function occurrenceName({
  isDay,
  wall,
  moment,
}: NonNullable<Occurrence["original"]>): string {
  return isDay ? isoDay(wall) : new Date(moment).toISOString().replace(".000Z", "Z");
}

function attendeesOf(event: ICAL.Component) {
  return event.getAllProperties("attendee").slice(0, mostAttendees).map(presentAttendee);
}

function presentAttendee(attendee: ICAL.Property) {
  const name = attendee.getFirstParameter("cn") as string | undefined;
  const answer = (attendee.getFirstParameter("partstat") as string | undefined) ?? "needs-action";
  const address = String(attendee.getFirstValue())
    .replace(/^mailto:/i, "")
    .slice(0, 320);
  return {
    address,
    ...(name !== undefined && name !== "" && { name: name.slice(0, 200) }),
    answer: answer.toLowerCase().slice(0, 40),
  };
}
