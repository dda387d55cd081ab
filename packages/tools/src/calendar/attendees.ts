import { FlotillaError } from "@flotilla/core";
import ICAL from "ical.js";

/** Adds people to an event whose organizer is known. Throws `tool_input_invalid` where that is nobody. */
export function invite(
  event: ICAL.Component,
  attendees: readonly string[],
  organizer: string | undefined,
): void {
  if (organizer !== undefined) event.updatePropertyWithValue("organizer", `mailto:${organizer}`);
  if (!event.hasProperty("organizer")) {
    throw new FlotillaError("tool_input_invalid", "The event has no organizer yet.", {
      remedy: "Say the organizer, the address of whoever's calendar it is.",
    });
  }
  const known = new Set(invitedTo(event).map((one) => one.toLowerCase()));
  for (const address of new Set(attendees)) {
    if (known.has(address.toLowerCase())) continue;
    const attendee = new ICAL.Property("attendee");
    attendee.setValue(`mailto:${address}`);
    attendee.setParameter("partstat", "NEEDS-ACTION");
    attendee.setParameter("rsvp", "TRUE");
    attendee.setParameter("role", "REQ-PARTICIPANT");
    event.addProperty(attendee);
  }
}

/** Addresses of those who are invited. */
export function invitedTo(event: ICAL.Component): string[] {
  return event.getAllProperties("attendee").map((one) =>
    String(one.getFirstValue())
      .replace(/^mailto:/i, "")
      .slice(0, 320),
  );
}
