import { z } from "zod";
import { answerCheckSchema } from "./answer-check.ts";
import { batchForkSchema } from "./batch-fork.ts";
import { environmentSchema, startedBySchema } from "./caller.ts";
import { labelsSchema } from "./label.ts";
import { organisationSchema, userSchema } from "./organisation.ts";
import { runStatusSchema } from "./run.ts";

/**
 * Statuses of a batch: `draft` takes rows; `running` starts them; `paused` starts no
 * new ones (those running go on); `completed` when every row has ended; `cancelled`.
 * Retrying failed rows takes it from `completed` or `cancelled` back to `running`.
 */
export const batchStatusSchema = z.enum(["draft", "running", "paused", "completed", "cancelled"]);
export type BatchStatus = z.infer<typeof batchStatusSchema>;

export const batchTransitions: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  draft: ["running", "cancelled"],
  running: ["paused", "completed", "cancelled"],
  paused: ["running", "cancelled"],
  completed: ["running"],
  cancelled: ["running"],
};

/** Rows by status; their sum is the number of rows. Rows not yet started are `pending`. */
export const rowCountsSchema = z.record(runStatusSchema, z.int().nonnegative());
export type RowCounts = z.infer<typeof rowCountsSchema>;

export const batchSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: batchStatusSchema,
  /** Why it is paused: a person, or its budget is spent. */
  pausedBy: z.enum(["person", "budget"]).nullable(),
  agentName: z.string(),
  agentVersion: z.int(),
  /** The prompt, with `{{column}}` for the row's values. */
  template: z.string(),
  /** Runs at once. */
  concurrency: z.int().positive(),
  /** 0 to 9; a batch with a higher number starts its rows first. */
  priority: z.int().min(0).max(9),
  budgetMicros: z.int().positive().nullable(),
  organisation: organisationSchema,
  environment: environmentSchema,
  user: userSchema.nullable(),
  /** Who created it; null: the platform itself. */
  startedBy: startedBySchema.nullable(),
  /** Where its rows come from. */
  labels: labelsSchema,
  /** Rows may wait until then for a cheaper way to be answered. */
  economyUntil: z.iso.datetime().nullable(),
  /** How each row is made as a fork of the run it names; null: rows are input. */
  fork: batchForkSchema.nullable(),
  /** How answers are held against what is known to be right. */
  check: answerCheckSchema.nullable(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
});
export type Batch = z.infer<typeof batchSchema>;

/** A batch with its figures of the moment. */
export const batchProgressSchema = batchSchema.extend({
  rows: z.int().nonnegative(),
  counts: rowCountsSchema,
  steps: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costMicros: z.int().nonnegative(),
  /** True when a call had no known price: costMicros is then a lower bound. */
  costIncomplete: z.boolean(),
  /** Input and output tokens per second over the last seconds; null when nothing is running. */
  tokensPerSecond: z.number().nonnegative().nullable(),
  /** Seconds until the last row ends at the present speed; null when unknown. */
  etaSeconds: z.number().nonnegative().nullable(),
});
export type BatchProgress = z.infer<typeof batchProgressSchema>;
