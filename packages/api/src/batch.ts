import {
  agentNameSchema,
  answerCheckSchema,
  batchProgressSchema,
  errorRecordSchema,
  jsonObjectSchema,
  jsonSchema,
  labelsSchema,
  organisationSchema,
  runStatusSchema,
  userSchema,
} from "@flotilla/core";
import { z } from "zod";
import { highestInteger, lineText, storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema } from "./page.ts";

const highestBudgetUsd = 1_000_000_000;
export const batchIdSchema = z.string().regex(/^bat_[0-9a-z]{26}$/, "not a batch id");

export const batchParamsSchema = z.object({ batchId: batchIdSchema });

export const batchSettingsSchema = z.strictObject({
  /** Runs at once. */
  concurrency: z.int().min(1).max(10_000).default(100),
  /** 0 to 9; higher starts first. */
  priority: z.int().min(0).max(9).default(5),
  /** Once this much is spent no further row starts. null: no budget. */
  budgetUsd: z.number().positive().max(highestBudgetUsd).nullable().default(null),
});

export const batchCreateSchema = batchSettingsSchema.extend({
  name: lineText.min(1).max(200),
  agent: agentNameSchema,
  version: z.int().positive().max(highestInteger).optional(),
  /** The prompt of each row, with `{{column}}` for its values. */
  template: storableText.min(1).max(100_000),
  /** Rows given at once; larger inputs go to `POST /batches/{batchId}/rows`. */
  rows: z.array(jsonObjectSchema).max(10_000).optional(),
  /** For whom it runs; until sign-in exists the caller says it. Default: `default`. */
  organisation: organisationSchema.optional(),
  user: userSchema.optional(),
  /** Where the rows come from. Left out: from somebody who may tell the agent what to do. */
  labels: labelsSchema.optional(),
  /**
   * Its rows can wait so many hours, from now, for a provider's batch endpoint, which takes half the
   * price. Those that take one call (the agent has no tools) go that way.
   */
  economyHours: z.number().min(0.01).max(168).optional(),
  /** How answers are held against what is known to be right, where the rows say it. */
  check: answerCheckSchema.optional(),
  /** Start right away; needs `rows`. */
  start: z.boolean().default(false),
});
export type BatchCreate = z.input<typeof batchCreateSchema>;

/** Change of a batch's settings; what is left out stays as it is. */
export const batchChangeSchema = z.strictObject({
  concurrency: z.int().min(1).max(10_000).optional(),
  priority: z.int().min(0).max(9).optional(),
  budgetUsd: z.number().positive().max(highestBudgetUsd).nullable().optional(),
});
export type BatchChange = z.input<typeof batchChangeSchema>;

export const batchPageSchema = pageSchema(batchProgressSchema);

/** What became of an upload of rows. The good rows are kept even if others are bad. */
export const rowsLoadedSchema = z.object({
  rows: z.int(),
  bad: z.int(),
  /** The first 100 bad rows. */
  badRows: z.array(z.object({ line: z.int(), message: z.string() })),
});
export type RowsLoaded = z.infer<typeof rowsLoadedSchema>;

export const batchRowSchema = z.object({
  /** From 1, in input order. */
  row: z.int(),
  /** Line of the input it began on, from 1; null for rows given as JSON. */
  line: z.int().nullable(),
  data: jsonObjectSchema,
  status: runStatusSchema,
  runId: z.string().nullable(),
  output: jsonSchema,
  error: errorRecordSchema.nullable(),
  stepCount: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costMicros: z.int(),
  costIncomplete: z.boolean(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
});
export type BatchRow = z.infer<typeof batchRowSchema>;

export const batchRowsQuerySchema = pageQuerySchema.extend({
  status: runStatusSchema.optional(),
  /** Only rows from this number on. */
  from: z.coerce.number().int().min(1).max(highestInteger).default(1),
});
export type BatchRowsQuery = z.input<typeof batchRowsQuerySchema>;
export const batchRowPageSchema = pageSchema(batchRowSchema);

export const batchExportQuerySchema = z.object({
  format: z.enum(["jsonl", "csv"]).default("jsonl"),
  status: runStatusSchema.optional(),
  /** Only these, in this order, separated by commas: those of CSV, `input.<column>` and `output.<field>`. */
  columns: storableText
    .min(1)
    .max(8_000)
    .transform((names) => names.split(",").map((name) => name.trim()))
    .optional(),
});
export type BatchExportQuery = z.input<typeof batchExportQuerySchema>;

/** One cell of the grid: row, status, run. */
export const batchCellSchema = z.tuple([z.int(), runStatusSchema, z.string().nullable()]);
export type BatchCell = z.infer<typeof batchCellSchema>;

/** What a client that follows a batch is told (stream.ts), with the names of what it is. */
export type BatchStreamMessage =
  | { type: "cells"; cells: BatchCell[] }
  | { type: "progress"; progress: z.infer<typeof batchProgressSchema> };
