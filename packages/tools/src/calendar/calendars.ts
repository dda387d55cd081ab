import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import type { Calendar, CalendarFile, Dav } from "./dav.ts";

export const calendarSchema = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]+$/u, "use no control characters")
  .describe("name or path of a calendar, from calendar_list");

export const eventIdSchema = z
  .string()
  .max(1_000)
  .regex(/^\/[^\p{Cc}?#]*$/u, "give the id of an event, as calendar_events answers it");

/** The calendar of that name or path; without one, the only one. Throws `tool_input_invalid` with the names. */
export async function pickCalendar(dav: Dav, wanted: string | undefined): Promise<Calendar> {
  const all = await dav.calendars();
  const fitting =
    wanted === undefined ? all : all.filter(({ path, name }) => path === wanted || name === wanted);
  const [found] = fitting;
  if (found && fitting.length === 1) return found;
  const what =
    wanted === undefined || found ? "Say which calendar is meant" : "There is no such calendar";
  const names = all
    .map(({ name, path }) => (name === path ? path : `${name} (${path})`))
    .join(", ");
  throw new FlotillaError("tool_input_invalid", `${what}.`, {
    remedy: names === "" ? "There are none." : `Choose from: ${names}.`,
  });
}

/** Those of the names; without any, all. */
export async function pickCalendars(
  dav: Dav,
  wanted: readonly string[] | undefined,
): Promise<Calendar[]> {
  if (wanted === undefined) return dav.calendars();
  const found: Calendar[] = [];
  for (const one of wanted) found.push(await pickCalendar(dav, one));
  return found;
}

/**
 * The file of an event, in one of the connection's calendars. Throws `tool_input_invalid` for what is in none, and
 * `tool_failed` for what is gone or not what was read.
 */
export async function readEvent(
  dav: Dav,
  id: string,
  etag: string | undefined,
): Promise<CalendarFile & { etag: string }> {
  await checkWithin(dav, id);
  const file = await dav.get(id);
  if (!file) throw again("That event is not there any more");
  if (file.etag === null) {
    throw new FlotillaError(
      "tool_failed",
      "The server does not say which state of the event it has.",
    );
  }
  if (etag !== undefined && etag !== file.etag) throw changed();
  return { ...file, etag: file.etag };
}

/** Not anything else that the login may do at the server. */
export async function checkWithin(dav: Dav, id: string): Promise<void> {
  const path = new URL(id, "http://localhost").pathname;
  const calendars = await dav.calendars();
  const isWithin = calendars.some(
    (one) => path.startsWith(one.path) && path.length > one.path.length,
  );
  if (isWithin && path === id) return;
  throw new FlotillaError(
    "tool_input_invalid",
    `${JSON.stringify(id)} is no event of these calendars.`,
    {
      remedy: "Look it up with calendar_events.",
    },
  );
}

export function changed(): FlotillaError {
  return again("Somebody has changed the event meanwhile");
}

function again(what: string): FlotillaError {
  return new FlotillaError("tool_failed", `${what}.`, {
    remedy: "Read it again with calendar_events, then decide.",
  });
}
