import {
  agentNameSchema,
  answerCheckSchema,
  forkEffectsSchema,
  forkPairSchema,
  forkPlaceSchema,
  runChangesSchema,
  runStatusSchema,
  type BatchProgress,
  type ForkPair,
  type ForkSummary,
  type RunSummary,
} from "@flotilla/core";
import { z } from "zod";
import { batchIdSchema, batchSettingsSchema } from "./batch.ts";
import { highestInteger, lineText, storableText } from "./bounds.ts";
import { pageSchema, type Page, type PageQuery } from "./page.ts";
import { runIdSchema } from "./run.ts";
import type { Transport } from "./transport.ts";

const changes = runChangesSchema.extend({
  /** Of the same agent. */
  agentVersion: z.int().positive().max(highestInteger).optional(),
});

/** How a run is forked. */
export const forkRequestSchema = z.strictObject({
  /**
   * Where it leaves the run: `start`, `end` (its last model step is made again), before a model step, or after
   * an event. Default: `end`, and `start` where the message is another.
   */
  at: forkPlaceSchema.optional(),
  /** What it does otherwise. */
  changes: changes.default({}),
  /** What becomes of calls with side effects after that place. */
  effects: forkEffectsSchema.default("record"),
});
export type ForkRequest = z.input<typeof forkRequestSchema>;

/** Runs of one agent: those named, or all that fit. */
const forkedRunsSchema = z.union([
  z.array(runIdSchema).min(1).max(10_000),
  z
    .strictObject({
      batchId: batchIdSchema.optional(),
      status: runStatusSchema.optional(),
      agent: agentNameSchema.optional(),
      /** Of the error they failed with. */
      fingerprint: storableText.min(1).max(200).optional(),
      /** `failing`: they failed, or their answer does not pass the check; `passing`: it does. */
      outcome: z.enum(["failing", "passing", "any"]).default("any"),
    })
    .refine(
      ({ batchId, agent, fingerprint }) => Boolean(batchId ?? agent ?? fingerprint),
      "name a batch, an agent or a fingerprint",
    ),
]);

export const forkBatchSchema = batchSettingsSchema.extend({
  name: lineText.min(1).max(200),
  runs: forkedRunsSchema,
  /** As in the fork of one run; default: `start`. */
  at: forkPlaceSchema.default("start"),
  changes: changes.default({}),
  effects: forkEffectsSchema.default("record"),
  /** How answers are held against what is known to be right; default: as in the runs' own batch. */
  check: answerCheckSchema.optional(),
  /** Start right away. */
  start: z.boolean().default(true),
});
export type ForkBatch = z.input<typeof forkBatchSchema>;

/** The id of a batch whose rows are forks. */
export const forkBatchParamsSchema = z.object({ forkId: batchIdSchema });
export const forkPairPageSchema = pageSchema(forkPairSchema);

export function forkClient(http: Transport) {
  return {
    /** A run that begins as this one did and goes on otherwise. */
    fork: (runId: string, fork: ForkRequest = {}) =>
      http.json<RunSummary>("POST", `/runs/${encodeURIComponent(runId)}/fork`, { json: fork }),
  };
}

/** Many runs forked at once, as a batch. */
export function forkBatchClient(http: Transport) {
  return {
    create: (forks: ForkBatch) => http.json<BatchProgress>("POST", "/forks", { json: forks }),
    /** What became of each run in its fork, counted; works while the batch runs. */
    summary: (batchId: string) =>
      http.json<ForkSummary>("GET", `/forks/${encodeURIComponent(batchId)}/summary`),
    pairs: (batchId: string, query: PageQuery = {}) =>
      http.json<Page<ForkPair>>("GET", `/forks/${encodeURIComponent(batchId)}/pairs`, {
        query: query as never,
      }),
  };
}
