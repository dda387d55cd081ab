import { cursorSchema } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import type { Context } from "hono";

/** The cursor that a client sends when it comes back. Throws `invalid_request` for what is none. */
export function lastEventId(c: Context): string | undefined {
  const header = c.req.header("last-event-id");
  if (header === undefined || header === "") return undefined;
  const parsed = cursorSchema.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new FlotillaError("invalid_request", "Last-Event-ID is not a cursor of a stream.", {
    remedy: "Send the id of the last event that was received, or none to begin at the start.",
  });
}
