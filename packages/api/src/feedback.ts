import {
  agentNameSchema,
  feedbackBodySchema,
  feedbackRecordSchema,
  type FeedbackRecord,
} from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema, type Page } from "./page.ts";
import { runIdSchema } from "./run.ts";
import type { Transport } from "./transport.ts";

/** A rating, a correction, a comment, or some of them. */
export const feedbackGiveSchema = feedbackBodySchema
  .extend({ comment: storableText.min(1).max(10_000).optional() })
  .refine(
    ({ rating, correction, comment }) =>
      rating !== undefined || correction !== undefined || comment !== undefined,
    { error: "give a rating, a correction or a comment" },
  );
export type FeedbackGive = z.input<typeof feedbackGiveSchema>;

const rating = z.coerce.number().min(-1).max(1).optional();
const feedbackFilterSchema = z.object({
  run: runIdSchema.optional(),
  agent: agentNameSchema.optional(),
  minRating: rating,
  maxRating: rating,
  /** Only what has a correction. */
  corrected: z.stringbool().optional(),
});

export const feedbackListQuerySchema = pageQuerySchema.extend(feedbackFilterSchema.shape);
export type FeedbackListQuery = z.input<typeof feedbackListQuerySchema>;
export const feedbackExportQuerySchema = feedbackFilterSchema;
export type FeedbackExportQuery = z.input<typeof feedbackExportQuerySchema>;

export const feedbackPageSchema = pageSchema(feedbackRecordSchema);

export function feedbackClient(http: Transport) {
  return {
    give: (runId: string, feedback: FeedbackGive) =>
      http.json<FeedbackRecord>("POST", `/runs/${encodeURIComponent(runId)}/feedback`, {
        json: feedback,
      }),
    /** The newest first. */
    list: (query: FeedbackListQuery = {}) =>
      http.json<Page<FeedbackRecord>>("GET", "/feedback", { query: query as never }),
    /** All of it as JSON lines. */
    export: (query: FeedbackExportQuery = {}) =>
      http.raw("GET", "/feedback/export", { query: query as never }),
  };
}
