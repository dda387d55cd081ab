import { FlotillaError, isTimeZone } from "@flotilla/core";
import { z } from "zod";
import { momentAt } from "./zone.ts";

const longestMs = 800 * 86_400_000;

export const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, "give a time zone such as Europe/Berlin");

const pointSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .describe("a day as 2026-03-29, or a moment as 2026-03-29T09:00:00+02:00");

/** A stretch of time, as tools are told. */
export const rangeInput = {
  from: pointSchema,
  to: pointSchema.describe("likewise; not in the range any more"),
  timeZone: timeZoneSchema.default("UTC").describe("of days, and of what is answered"),
};

export interface Range {
  from: number;
  to: number;
  timeZone: string;
}

/** In Unix milliseconds. Throws `tool_input_invalid` for what is no range, or too long a one. */
export function rangeOf(input: { from: string; to: string; timeZone: string }): Range {
  const { timeZone } = input;
  const [from, to] = [input.from, input.to].map((point) =>
    point.length === 10 ? momentAt(timeZone, Date.parse(point)) : Date.parse(point),
  ) as [number, number];
  if (from < to && to - from <= longestMs) return { from, to, timeZone };
  const what =
    from < to ? "The range is longer than 800 days." : "The range ends before it begins.";
  throw new FlotillaError("tool_input_invalid", what, { remedy: "Ask for another range." });
}
