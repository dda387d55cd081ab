import {
  agentNameSchema,
  approvalHashSchema,
  effectAnswerSchema,
  inboxItemSchema,
  interruptKinds,
  interruptStateSchema,
  questionAnswerSchema,
} from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema } from "./page.ts";
import { runIdSchema } from "./run.ts";

/** What came to the inbox, and what left it. */
export const inboxChangeSchema = z.object({
  /** What was there before is to be forgotten. */
  whole: z.boolean(),
  items: z.array(inboxItemSchema),
  /** What nobody needs to answer any more, each as `<runId> <interruptId>`. */
  gone: z.array(z.string()),
});
export type InboxChange = z.infer<typeof inboxChangeSchema>;

const id = storableText.min(1).max(200);

/** Which interrupts. */
const inboxFilter = {
  kind: z.enum(interruptKinds).optional(),
  agent: agentNameSchema.optional(),
  tool: id.optional(),
  batchId: id.optional(),
  runId: runIdSchema.optional(),
  /** A member's id, `me`, or `none`: assigned to nobody. */
  assignee: id.optional(),
};

export const inboxQuerySchema = pageQuerySchema.extend({
  ...inboxFilter,
  /** Default: `open`, the oldest first; of others the newest first. */
  state: interruptStateSchema.optional(),
  interruptId: id.optional(),
  /** Only what the caller is asked himself: not what is assigned to others, or for others. */
  mine: z.stringbool().optional(),
});
export type InboxQuery = z.input<typeof inboxQuerySchema>;
export const inboxPageSchema = pageSchema(inboxItemSchema);

export const mostAnswered = 1_000;

const answers = [
  ...effectAnswerSchema.options,
  /** Of each call its hash: of those that are named, as it was shown. */
  z.strictObject({ action: z.literal("approve") }),
  z.strictObject({ action: z.literal("reject"), reason: z.string().min(1).max(2_000) }),
  questionAnswerSchema,
] as const;

/** One answer to many: to those named, or to all that a filter finds. */
export const inboxAnsweringSchema = z
  .strictObject({
    answer: z.discriminatedUnion("action", [...answers]),
    interrupts: z
      .array(
        z.strictObject({
          runId: runIdSchema,
          interruptId: id,
          /** Of what is approved, as it was shown. */
          hash: approvalHashSchema.optional(),
        }),
      )
      .min(1)
      .max(mostAnswered)
      .optional(),
    filter: z.strictObject(inboxFilter).optional(),
    /** With a filter: nothing that was raised later. Default: now. */
    raisedBefore: z.iso.datetime().optional(),
    /** With a filter: `next` of the answer before. */
    next: z.string().max(200).optional(),
  })
  .refine(({ interrupts, filter }) => (interrupts === undefined) !== (filter === undefined), {
    error: "name the interrupts, or give a filter",
  });
export type InboxAnswering = z.input<typeof inboxAnsweringSchema>;

export const inboxAnsweredSchema = z.object({
  answered: z.int(),
  /** The first hundred that were not answered, and why. */
  refused: z.array(
    z.object({
      runId: z.string(),
      interruptId: z.string(),
      code: z.string(),
      detail: z.string(),
    }),
  ),
  refusedCount: z.int(),
  /** With a filter: call again with it; null when all were asked. */
  next: z.string().nullable(),
  raisedBefore: z.iso.datetime().nullable(),
});
export type InboxAnswered = z.infer<typeof inboxAnsweredSchema>;
