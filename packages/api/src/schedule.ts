import {
  scheduleNameSchema,
  scheduleSchema,
  scheduleSpecSchema,
  scheduleStartSchema,
  scheduleTimesSchema,
  startOutcomeSchema,
  type Schedule,
  type ScheduleSpecInput,
  type ScheduleStart,
} from "@flotilla/core";
import { z } from "zod";
import { lineText } from "./bounds.ts";
import { pageQuerySchema, pageSchema, type Page } from "./page.ts";
import type { Transport } from "./transport.ts";

/** Of four digits, and no time before computers. */
const moment = z.iso
  .datetime({ offset: true })
  .refine((text) => text >= "1970" && text < "9000", "out of range");

export const scheduleParamsSchema = z.object({ name: scheduleNameSchema });
/** Body of `PUT /schedules/{name}`; its name must be the path's. */
export const scheduleApplySchema = scheduleSpecSchema;
export const scheduleListSchema = pageSchema(scheduleSchema);
export const schedulePauseSchema = z.strictObject({
  reason: lineText.max(500).nullable().default(null),
});

export const startListQuerySchema = pageQuerySchema.extend({
  outcome: startOutcomeSchema.optional(),
});
export type StartListQuery = z.input<typeof startListQuerySchema>;
export const startPageSchema = pageSchema(scheduleStartSchema);

export const backfillRequestSchema = z
  .strictObject({
    /** Both ends belong to the range; it ends now at the latest. */
    from: moment,
    until: moment,
    /** One after the other, or all at once. Default: at once where the schedule's own starts overlap. */
    overlap: z.enum(["queue", "parallel"]).optional(),
    /** Only say how many there are. */
    dryRun: z.boolean().default(false),
  })
  .refine(({ from, until }) => Date.parse(from) <= Date.parse(until), {
    path: ["until"],
    error: "lies before from",
  });
export type BackfillRequest = z.input<typeof backfillRequestSchema>;

export const backfilledSchema = z.object({
  /** Due times in the range. */
  due: z.int().nonnegative(),
  /** Of them, those that nothing was started for before: they start now. */
  queued: z.int().nonnegative(),
});
export type Backfilled = z.infer<typeof backfilledSchema>;

/** When something would be due, without there being a schedule. */
export const timesPreviewSchema = scheduleTimesSchema.extend({
  /** Default: now. */
  after: moment.optional(),
  count: z.int().min(1).max(1_000).default(10),
});
export type TimesPreview = z.input<typeof timesPreviewSchema>;

export const previewedTimesSchema = z.object({
  timeZone: z.string(),
  times: z.array(
    z.object({
      dueAt: z.iso.datetime(),
      /** What the time zone's clocks show then: `2026-03-29 03:00:00`. */
      local: z.string(),
      /** How far these are ahead of UTC: `+02:00`. */
      offset: z.string(),
    }),
  ),
});
export type PreviewedTimes = z.infer<typeof previewedTimesSchema>;

export const upcomingQuerySchema = z
  .object({ from: moment, until: moment })
  .refine(({ from, until }) => Date.parse(until) - Date.parse(from) <= 62 * 86_400_000, {
    path: ["until"],
    error: "lies more than 62 days after from",
  });
export type UpcomingQuery = z.input<typeof upcomingQuerySchema>;

/** Of each schedule that is not paused, what it will be due at. */
export const upcomingSchema = z.object({
  schedules: z.array(
    z.object({
      name: z.string(),
      times: z.array(z.iso.datetime()),
      /** There are more than these. */
      isMore: z.boolean(),
    }),
  ),
});
export type Upcoming = z.infer<typeof upcomingSchema>;

export function scheduleClient(http: Transport) {
  const path = (name: string) => `/schedules/${encodeURIComponent(name)}`;
  return {
    list: () => http.json<{ items: Schedule[] }>("GET", "/schedules"),
    get: (name: string) => http.json<Schedule>("GET", path(name)),
    /** Creates it, or changes it; the same spec again changes nothing. */
    apply: (spec: ScheduleSpecInput) => http.json<Schedule>("PUT", path(spec.name), { json: spec }),
    /** What it has started goes on; its history goes with it. */
    remove: (name: string) => http.json<void>("DELETE", path(name)),
    pause: (name: string, reason?: string) =>
      http.json<Schedule>("POST", `${path(name)}/pause`, { json: { reason: reason ?? null } }),
    resume: (name: string) => http.json<Schedule>("POST", `${path(name)}/resume`),
    /** Starts once more, now. */
    trigger: (name: string) => http.json<ScheduleStart>("POST", `${path(name)}/trigger`),
    backfill: (name: string, request: BackfillRequest) =>
      http.json<Backfilled>("POST", `${path(name)}/backfill`, { json: request }),
    /** What became of its due times, newest first. */
    starts: (name: string, query: StartListQuery = {}) =>
      http.json<Page<ScheduleStart>>("GET", `${path(name)}/starts`, { query: query as never }),
    preview: (times: TimesPreview) =>
      http.json<PreviewedTimes>("POST", "/schedule-times/preview", { json: times }),
    upcoming: (query: UpcomingQuery) => http.json<Upcoming>("GET", "/schedule-times", { query }),
  };
}
