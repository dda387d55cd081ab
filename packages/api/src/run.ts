import {
  agentNameSchema,
  eventSchema,
  labelsSchema,
  organisationSchema,
  runInputSchema,
  runMetadataSchema,
  runStatusSchema,
  runSummarySchema,
  userSchema,
  type Run,
} from "@flotilla/core";
import { z } from "zod";
import { highestInteger, storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema } from "./page.ts";
import { metadataQuerySchema } from "./run-metadata.ts";

export const runIdSchema = z.string().regex(/^run_[0-9a-z]{26}$/, "not a run id");

export const runParamsSchema = z.object({ runId: runIdSchema });

export const runQuerySchema = z.object({
  /** The run as it was at that event of its journal; left out: as it is now. */
  at: z.coerce.number().int().positive().max(highestInteger).optional(),
});

export const comparisonParamsSchema = z.object({ runId: runIdSchema, otherId: runIdSchema });

export const runStartSchema = z.strictObject({
  agent: agentNameSchema,
  /** Default: the newest version. */
  version: z.int().positive().max(highestInteger).optional(),
  input: runInputSchema,
  /** For whom it runs; until sign-in exists the caller says it. Default: `default`. */
  organisation: organisationSchema.optional(),
  user: userSchema.optional(),
  /** The caller's own notes, as `{"customer": "acme"}`: at most 64, which lists find the run by. */
  metadata: runMetadataSchema.optional(),
  /** Where the input comes from. Left out: from somebody who may tell the agent what to do. */
  labels: labelsSchema.optional(),
});
export type RunStart = z.input<typeof runStartSchema>;

export const runListQuerySchema = pageQuerySchema.extend({
  status: runStatusSchema.optional(),
  agent: agentNameSchema.optional(),
  version: z.coerce.number().int().positive().max(highestInteger).optional(),
  /** Only those that run for this user. */
  user: userSchema.optional(),
  batchId: storableText.max(64).optional(),
  /** Name or id of the schedule that began them, or the batch that they are rows of. */
  schedule: storableText.max(64).optional(),
  /** Only those that failed of this: `fingerprint` of a failed run. */
  fingerprint: storableText.max(64).optional(),
  /** Only those made from then on, and before then. */
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  /** Only those whose input has this in its first 200 characters, in capitals or not. */
  text: storableText.min(1).max(200).optional(),
  /** Only those that have cost this much, or no more than that, in micro-USD. */
  minCostMicros: z.coerce.number().int().nonnegative().optional(),
  maxCostMicros: z.coerce.number().int().nonnegative().optional(),
  /** Only those started with all of this in their metadata, as `customer=acme,region=eu`; %2C is a comma in a value. */
  metadata: metadataQuerySchema.optional(),
  /** Only forks of this run. */
  forkedFrom: runIdSchema.optional(),
  /** Only those that this run has begun. */
  parent: runIdSchema.optional(),
  /** `all`: also runs that do a part of another one. */
  tree: z.enum(["roots", "all"]).default("roots"),
});
export type RunListQuery = z.input<typeof runListQuerySchema>;
export const runPageSchema = pageSchema(runSummarySchema);

/** The folded run. Its shape is `Run` of `@flotilla/core`; documents describe it loosely. */
export const runSchema = z.custom<Run>((value) => typeof value === "object" && value !== null);

export const eventsQuerySchema = z.object({
  /** Only events with a higher sequence number. */
  after: z.coerce.number().int().nonnegative().max(highestInteger).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});
export const eventListSchema = z.object({
  items: z.array(eventSchema),
  /** Pass as `after` for the next page; null when this was the last one so far. */
  nextAfter: z.int().nullable(),
});

export const runCancelSchema = z.strictObject({ reason: storableText.max(2_000).optional() });
