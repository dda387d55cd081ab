import {
  agentNameSchema,
  badRowSchema,
  deadLetterCauseSchema,
  deadLetterGroupSchema,
  deadLetterSchema,
  deadLetterStateSchema,
  errorCodes,
  eventSchema,
  jsonObjectSchema,
  runChangesSchema,
  type DeadLetter,
  type DeadLetterGroup,
  type JsonObject,
  type RunSummary,
} from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema, type Page } from "./page.ts";
import type { Transport } from "./transport.ts";

const letterId = z
  .string()
  .regex(/^(run_[0-9a-z]{26}|bat_[0-9a-z]{26}:[1-9]\d{0,8})$/, "not the id of a dead letter");
export const deadLetterParamsSchema = z.object({ letterId });

const filter = {
  cause: deadLetterCauseSchema.optional(),
  code: z.enum(errorCodes).optional(),
  agent: agentNameSchema.optional(),
  batchId: storableText.max(64).optional(),
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "not a fingerprint")
    .optional(),
};

export const deadLetterQuerySchema = pageQuerySchema.extend({
  state: deadLetterStateSchema.default("open"),
  ...filter,
});
export type DeadLetterQuery = z.input<typeof deadLetterQuerySchema>;

export const deadLetterPageSchema = pageSchema(deadLetterSchema);
export const deadLetterGroupPageSchema = pageSchema(deadLetterGroupSchema);

/** A letter with what came before it. */
export const deadLetterDetailSchema = deadLetterSchema.extend({
  /** Tries of the step that failed; null: it failed between steps, or is a row. */
  attempts: z.int().nonnegative().nullable(),
  /** How often the run was taken up again before. */
  retries: z.int().nonnegative(),
  /** The last events of the run; of a row there are none. */
  events: z.array(eventSchema),
  /** A bad row as it was sent. */
  badRow: badRowSchema.nullable(),
});
export type DeadLetterDetail = z.infer<typeof deadLetterDetailSchema>;

/** What one letter's run does otherwise. */
export const deadLetterReplaySchema = z.strictObject({ changes: runChangesSchema.optional() });
export type DeadLetterReplay = z.input<typeof deadLetterReplaySchema>;

/** A bad row as it should have been sent. */
export const deadLetterCorrectSchema = z.strictObject({ data: jsonObjectSchema });
export const correctedRowSchema = z.object({ batchId: z.string(), row: z.int() });
export type CorrectedRow = z.infer<typeof correctedRowSchema>;

const reason = storableText.trim().min(1).max(2_000);
export const deadLetterDiscardSchema = z.strictObject({ reason });

/**
 * Which letters are meant. Letters are taken in chunks within the time of a request: `isMore` says that
 * some are left; ask again with the answer's `until`.
 */
const selection = {
  ...filter,
  /** Only what failed before then. Default: now. */
  until: z.iso.datetime().optional(),
};

export const deadLettersReplaySchema = z.strictObject({
  ...selection,
  /** What all of them do otherwise; an agent's version needs `agent`. */
  changes: runChangesSchema
    .pick({ agentVersion: true, model: true, instructions: true })
    .optional(),
});
export type DeadLettersReplay = z.input<typeof deadLettersReplaySchema>;

export const deadLettersDiscardSchema = z.strictObject({ ...selection, reason });
export type DeadLettersDiscard = z.input<typeof deadLettersDiscardSchema>;

export const deadLettersSettledSchema = z.object({
  /** So many were replayed or discarded. */
  count: z.int().nonnegative(),
  isMore: z.boolean(),
  until: z.iso.datetime(),
});
export type DeadLettersSettled = z.infer<typeof deadLettersSettledSchema>;

export function deadLetterClient(http: Transport) {
  const path = (id: string) => `/dead-letters/${encodeURIComponent(id)}`;
  return {
    list: (query: DeadLetterQuery = {}) =>
      http.json<Page<DeadLetter>>("GET", "/dead-letters", { query: query as never }),
    /** Letters with the same error, counted. */
    groups: (query: DeadLetterQuery = {}) =>
      http.json<Page<DeadLetterGroup>>("GET", "/dead-letters/groups", { query: query as never }),
    get: (id: string) => http.json<DeadLetterDetail>("GET", path(id)),
    /** Goes on from the step that failed. */
    replay: (id: string, replay: DeadLetterReplay = {}) =>
      http.json<RunSummary>("POST", `${path(id)}/replay`, { json: replay }),
    /** Takes other data for a bad row, which its batch works on then. */
    correct: (id: string, data: JsonObject) =>
      http.json<CorrectedRow>("POST", `${path(id)}/correct`, { json: { data } }),
    discard: (id: string, why: string) =>
      http.json<DeadLetter>("POST", `${path(id)}/discard`, { json: { reason: why } }),
    /** Call again with `until` of the answer while `isMore`. */
    replayAll: (replay: DeadLettersReplay = {}) =>
      http.json<DeadLettersSettled>("POST", "/dead-letters/replay", { json: replay }),
    discardAll: (discard: DeadLettersDiscard) =>
      http.json<DeadLettersSettled>("POST", "/dead-letters/discard", { json: discard }),
  };
}
