import { createHash } from "node:crypto";
import { z } from "zod";
import type { ToolCall } from "../tool.ts";
import { timeZoneSchema } from "./range.ts";

const line = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}]*$/u, "use one line, without control characters");

export const localTimeSchema = z
  .string()
  .regex(
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$/,
    "use a day as 2026-03-29, or a time on the clock as 2026-03-29T09:00",
  )
  .refine((text) => !Number.isNaN(Date.parse(text.slice(0, 10))), "there is no such day");

/** What events are made of. */
export const eventFields = {
  location: line.optional(),
  description: z.string().max(20_000).optional(),
  rule: line
    .optional()
    .describe("RRULE of a series, such as FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10 (RFC 5545)"),
  without: z.array(z.iso.date()).max(366).optional().describe("days that the series leaves out"),
  free: z.boolean().optional().describe("whoever has it is not busy"),
  status: z.enum(["confirmed", "tentative", "cancelled"]).optional(),
};

export const titleSchema = line.min(1);

export const zoneField = timeZoneSchema
  .optional()
  .describe("whose clocks start and end are of; not for whole days");

/** The mark of a call: the same for every try of it, and no other's. */
export function callMark({ idempotencyKey }: Pick<ToolCall, "idempotencyKey">): string {
  return createHash("sha256")
    .update(`flotilla calendar ${idempotencyKey}`)
    .digest("hex")
    .slice(0, 40);
}
