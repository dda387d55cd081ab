import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { defineTool } from "./tool.ts";

/** The current time, from the run's own clock so that tests and replays can set it. */
export const clock = defineTool({
  name: "clock",
  description:
    "Tells the current date and time. Give timeZone, an IANA name such as Europe/Berlin, for local time; the default is UTC.",
  input: z.strictObject({
    timeZone: z.string().min(1).max(64).optional().describe("IANA time zone name"),
  }),
  output: z.strictObject({
    iso: z.string().describe("ISO 8601 with the zone's offset"),
    weekday: z.string(),
    timeZone: z.string(),
    unixSeconds: z.int(),
  }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 1_000,
  maxAttempts: 1,
  examples: [{ input: { timeZone: "Europe/Berlin" }, runs: true }],
  call({ timeZone = "UTC" }, context) {
    const now = context.clock.now();
    const part = partsAt(now, timeZone);
    const date = `${part.year}-${part.month}-${part.day}`;
    const time = `${part.hour}:${part.minute}:${part.second}`;
    // "GMT+02:00"; some versions of ICU write UTC as a bare "GMT".
    const offset = part.timeZoneName?.slice("GMT".length) || "+00:00";
    return {
      iso: `${date}T${time}${offset}`,
      weekday: part.weekday ?? "",
      timeZone,
      unixSeconds: Math.floor(now / 1000),
    };
  },
});

function partsAt(unixMs: number, timeZone: string): Record<string, string> {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "iso8601",
      hourCycle: "h23",
      weekday: "long",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "longOffset",
    });
  } catch {
    throw new FlotillaError("tool_input_invalid", `timeZone: there is no zone "${timeZone}".`, {
      remedy: "Use an IANA name such as UTC, Europe/Berlin or America/New_York.",
    });
  }
  return Object.fromEntries(format.formatToParts(unixMs).map((part) => [part.type, part.value]));
}
