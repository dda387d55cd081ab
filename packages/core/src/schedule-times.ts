import { z } from "zod";
import { parseCron } from "./cron.ts";
import type { FlotillaError } from "./error.ts";
import { isTimeZone } from "./zone-time.ts";

/** What is wrong with a pattern as an issue of the schema, with the remedy. */
const cronSchema = z
  .string()
  .min(1)
  .max(200)
  .superRefine((text, context) => {
    try {
      parseCron(text);
    } catch (error) {
      const { message, remedy } = error as FlotillaError;
      context.addIssue({ code: "custom", message: `${message} ${remedy}` });
    }
  });

export const timeZoneSchema = z
  .string()
  .max(100)
  .refine(isTimeZone, "not a time zone: name one like Europe/Berlin, or UTC");

/** What a calendar of four digits can hold, with room for what is counted from it. */
function isUsable(text: string): boolean {
  const year = Number(text.slice(0, 4));
  return year >= 1970 && year < 9_000;
}

const momentSchema = z.iso.datetime({ offset: true }).refine(isUsable, "out of range");

/** Times: exactly one of a cron pattern, an interval and a single time. */
export const whenSchema = z
  .strictObject({
    /** Five fields, or six with seconds first. */
    cron: cronSchema.optional(),
    everySeconds: z.int().min(1).max(31_536_000).optional(),
    /** Intervals are counted from here. Default: 1970, so that every 900 s is at quarters of hours. */
    startingAt: momentSchema.optional(),
    /** Once: a moment, or without an offset a time of the time zone's clocks. */
    at: z.iso.datetime({ offset: true, local: true }).refine(isUsable, "out of range").optional(),
  })
  .refine(
    ({ cron, everySeconds, at }) =>
      [cron, everySeconds, at].filter((one) => one !== undefined).length === 1,
    "give exactly one of cron, everySeconds and at",
  )
  .refine(
    ({ startingAt, everySeconds }) => startingAt === undefined || everySeconds !== undefined,
    {
      path: ["startingAt"],
      error: "is for everySeconds alone",
    },
  );

/** What says when a schedule is due. */
export const scheduleTimesSchema = z.strictObject({
  when: whenSchema,
  /** Whose clocks the times are of. */
  timeZone: timeZoneSchema.default("UTC"),
  /** Nothing is due before. */
  startsAt: momentSchema.optional(),
  /** Nothing is due after. */
  endsAt: momentSchema.optional(),
});
export type ScheduleTimes = z.infer<typeof scheduleTimesSchema>;

/** Of a schedule, what says when it is due. */
export function timesOf({ when, timeZone, startsAt, endsAt }: ScheduleTimes): ScheduleTimes {
  return {
    when,
    timeZone,
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
  };
}
