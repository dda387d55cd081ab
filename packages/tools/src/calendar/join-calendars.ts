import ICAL from "ical.js";
import { parseCalendar } from "./occurrences.ts";

/** The events of several calendar files in one, with the zones that they name. */
export function joinCalendars(texts: readonly string[]): { text: string; events: number } {
  const joined = new ICAL.Component("vcalendar");
  joined.addPropertyWithValue("version", "2.0");
  joined.addPropertyWithValue("prodid", "-//Flotilla//EN");
  const zones = new Set<string>();
  const uids = new Set<string>();
  for (const text of texts) {
    const calendar = parseCalendar(text);
    for (const zone of calendar.getAllSubcomponents("vtimezone")) {
      const tzid = String(zone.getFirstPropertyValue("tzid"));
      if (!zones.has(tzid)) joined.addSubcomponent(zone);
      zones.add(tzid);
    }
    for (const event of calendar.getAllSubcomponents("vevent")) {
      uids.add(String(event.getFirstPropertyValue("uid")));
      joined.addSubcomponent(event);
    }
  }
  return { text: joined.toString(), events: uids.size };
}
