import { z } from "zod";
import { agentNameSchema } from "./agent.ts";
import { startedBySchema } from "./caller.ts";
import { dueTimes } from "./due-times.ts";
import { errorRecordSchema } from "./error.ts";
import { scheduleTimesSchema, timesOf } from "./schedule-times.ts";
import { startTemplateSchema } from "./start-template.ts";

/** What happens when a start is due and one before it has not ended. */
export const overlapSchema = z.enum(["skip", "queue", "cancel", "parallel"]);
export type Overlap = z.infer<typeof overlapSchema>;

export const catchUpSchema = z.strictObject({
  /** Which of the times that were missed while nothing was there to start them are started afterwards. */
  missed: z.enum(["none", "last", "all"]).default("last"),
  /** Older ones are not. */
  windowSeconds: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .default(3_600),
});

export const scheduleNameSchema = agentNameSchema;

/** A schedule as a person writes it: the same schema for a YAML file, the API and the UI. */
export const scheduleSpecSchema = scheduleTimesSchema
  .extend({
    name: scheduleNameSchema,
    description: z.string().max(1_000).default(""),
    start: startTemplateSchema,
    overlap: overlapSchema.default("skip"),
    catchUp: catchUpSchema.prefault({}),
    /** Each start waits up to so long, always the same for the same due time. */
    jitterSeconds: z.int().min(0).max(86_400).default(0),
    /** 0 to 9: what is due at the same time starts in this order, and a batch has it too. */
    priority: z.int().min(0).max(9).default(5),
    /** Notes; a run carries them as its metadata. */
    labels: z.record(z.string().min(1).max(64), z.string().max(512)).default({}),
    /** How long it is kept what became of a due time. */
    historyDays: z.int().min(1).max(3_650).default(90),
  })
  .superRefine((spec, context) => {
    const times = scheduleTimesSchema.safeParse(timesOf(spec));
    if (times.success && dueTimes(times.data).next(0) === undefined) {
      context.addIssue({ code: "custom", path: ["when"], message: "there is no such time" });
    }
  });
export type ScheduleSpec = z.infer<typeof scheduleSpecSchema>;
export type ScheduleSpecInput = z.input<typeof scheduleSpecSchema>;

export const scheduleSchema = z.object({
  id: z.string(),
  name: scheduleNameSchema,
  spec: scheduleSpecSchema,
  /** Rises with each change. */
  revision: z.int().positive(),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
  /** Who changed it last: its runs call tools in that name. null: the platform itself. */
  startedBy: startedBySchema.nullable(),
  paused: z
    .object({ at: z.iso.datetime(), by: z.string(), reason: z.string().nullable() })
    .nullable(),
  /** The next due time, without jitter; null: none, or it is paused. */
  nextDueAt: z.iso.datetime().nullable(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

/** Why there was something to start. */
export const startCauseSchema = z.enum(["due", "catch_up", "backfill", "manual"]);
export type StartCause = z.infer<typeof startCauseSchema>;

/** `queued` waits until those before it have ended, or for its turn. */
export const startOutcomeSchema = z.enum(["queued", "started", "skipped", "failed"]);
export type StartOutcome = z.infer<typeof startOutcomeSchema>;

/** What became of one due time. */
export const scheduleStartSchema = z.object({
  dueAt: z.iso.datetime(),
  cause: startCauseSchema,
  outcome: startOutcomeSchema,
  /** When that was decided. */
  at: z.iso.datetime(),
  runId: z.string().nullable(),
  batchId: z.string().nullable(),
  /** Of the run or batch, now; null: there is none (any more). */
  status: z.string().nullable(),
  /** Why it was skipped. */
  reason: z.string().nullable(),
  /** Why it could not be started. */
  error: errorRecordSchema.nullable(),
});
export type ScheduleStart = z.infer<typeof scheduleStartSchema>;
