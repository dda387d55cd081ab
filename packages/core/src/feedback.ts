import { z } from "zod";
import { jsonSchema } from "./json.ts";

/** What is judged: the run's answer, an answer of a model, or a call of a tool. */
export const feedbackTargetSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("run") }),
  z.strictObject({ kind: z.literal("step"), step: z.int().positive() }),
  z.strictObject({ kind: z.literal("call"), callId: z.string().min(1).max(64) }),
]);
export type FeedbackTarget = z.infer<typeof feedbackTargetSchema>;

export const feedbackBodySchema = z.strictObject({
  target: feedbackTargetSchema,
  /** From -1, useless, to 1, perfect. */
  rating: z.number().min(-1).max(1).optional(),
  /** What it should have been. */
  correction: jsonSchema.optional(),
  comment: z.string().min(1).max(10_000).optional(),
});

export const feedbackGivenSchema = z.object({
  type: z.literal("feedback.given"),
  feedbackId: z.string(),
  ...feedbackBodySchema.shape,
  by: z.string(),
});

/** Feedback in lists over runs. */
export const feedbackRecordSchema = feedbackBodySchema.extend({
  feedbackId: z.string(),
  runId: z.string(),
  agentName: z.string(),
  agentVersion: z.int(),
  by: z.string(),
  at: z.iso.datetime(),
});
export type FeedbackRecord = z.infer<typeof feedbackRecordSchema>;

export interface Feedback extends z.infer<typeof feedbackBodySchema> {
  feedbackId: string;
  by: string;
  at: string;
}
