import { z } from "zod";
import { errorRecordSchema } from "./error.ts";

/** Values from `from` up to `to`; the last bin has its end too. */
const binSchema = z.object({ from: z.number(), to: z.number(), count: z.int().nonnegative() });

/** How numbers lie, with the middle one and the one that a twentieth is above. */
export const distributionSchema = z.object({
  count: z.int().nonnegative(),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  median: z.number(),
  p95: z.number(),
  /** Of equal width, without gaps; a single one where all are the same. */
  bins: z.array(binSchema),
});
export type Distribution = z.infer<typeof distributionSchema>;

/** A field of the results, or the result itself, `output`, where that is no object. */
export const analysedFieldSchema = z.object({
  name: z.string(),
  /** Rows that have it. */
  count: z.int().nonnegative(),
  /** Of those where it is a number; null: of none. */
  numbers: distributionSchema.nullable(),
  /** Of those where it is a text, true or false: the most frequent ones, cut after 200 characters. */
  values: z.array(z.object({ value: z.string(), count: z.int().positive() })),
  /** So many different ones there are. */
  distinct: z.int().nonnegative(),
});
export type AnalysedField = z.infer<typeof analysedFieldSchema>;

export const failureGroupSchema = z.object({
  fingerprint: z.string().nullable(),
  count: z.int().positive(),
  /** The first row of them, and what it failed of. */
  row: z.int(),
  error: errorRecordSchema,
});
export type FailureGroup = z.infer<typeof failureGroupSchema>;

/** What came out of a batch so far, added up by the database. */
export const batchAnalysisSchema = z.object({
  /** Of the rows that have ended, in milliseconds, micro-USD, and tokens in and out; null before the first. */
  duration: distributionSchema.nullable(),
  cost: distributionSchema.nullable(),
  tokens: distributionSchema.nullable(),
  /** Of the results of completed rows, in the order of how many have them. */
  fields: z.array(analysedFieldSchema),
  failures: z.array(failureGroupSchema),
  /** Rows that ended in stretches of equal length, from the first one's end to the last one's. */
  overTime: z.array(
    z.object({
      from: z.iso.datetime(),
      completed: z.int().nonnegative(),
      failed: z.int().nonnegative(),
      cancelled: z.int().nonnegative(),
    }),
  ),
});
export type BatchAnalysis = z.infer<typeof batchAnalysisSchema>;
