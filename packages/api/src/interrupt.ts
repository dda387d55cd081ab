import {
  approvalAnswerSchema,
  approvalHashSchema,
  decidedBySchema,
  effectAnswerSchema,
  inboxItemSchema,
  interruptAnswerSchema,
  interruptCommentSchema,
  interruptKinds,
  jsonSchema,
  questionAnswerSchema,
  questionFormSchema,
} from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageSchema } from "./page.ts";
import { runIdSchema } from "./run.ts";

export const interruptParamsSchema = z.object({
  runId: runIdSchema,
  interruptId: storableText.max(64),
});

const [, editSchema, rejectSchema] = approvalAnswerSchema.options;

/** An answer; an approval can say that the same is allowed from now on. */
export const interruptAnsweringSchema = z.discriminatedUnion("action", [
  ...effectAnswerSchema.options,
  z.strictObject({
    action: z.literal("approve"),
    hash: approvalHashSchema,
    /** Calls of this tool are made without asking: of this run, or of this agent. */
    always: z.enum(["run", "agent"]).optional(),
  }),
  editSchema,
  rejectSchema,
  questionAnswerSchema,
]);
export type InterruptAnswering = z.input<typeof interruptAnsweringSchema>;

export const hiddenCharacterSchema = z.object({
  /** A JSON pointer. */
  path: z.string(),
  /** `U+202E`. */
  character: z.string(),
  what: z.string(),
});

/** What an answer is about, as the server renders it: a client shows just this. */
export const interruptDisplaySchema = z.object({
  /** Indented JSON; whatever a reader would not see is written out. */
  text: z.string(),
  /** What is written out. Arguments that hold any cannot be approved as they are. */
  hidden: z.array(hiddenCharacterSchema),
});

/** An interrupt with all that is needed to answer it. */
export const interruptSchema = inboxItemSchema.extend({
  /** The call's arguments, or the plan. */
  input: jsonSchema.nullable(),
  display: interruptDisplaySchema.nullable(),
  /** Why somebody is asked about the call, where that is known. */
  reason: z.string().nullable(),
  /** The tool rule that says so. */
  decidedBy: decidedBySchema.nullable(),
  /** JSON Schema of the arguments, for edits. */
  inputSchema: z.record(z.string(), jsonSchema).nullable(),
  /** Of a question. */
  form: questionFormSchema.nullable(),
  callId: z.string().nullable(),
  planVersion: z.int().nullable(),
  /** What is answered when nobody does in time. */
  onExpiry: interruptAnswerSchema.nullable(),
  /** What was answered. */
  answer: interruptAnswerSchema.nullable(),
  /** What can be answered. */
  actions: z.array(z.string()),
  /** Whether the caller may, and why. */
  mayAnswer: z.object({ allowed: z.boolean(), reason: z.string() }),
});
export type Interrupt = z.infer<typeof interruptSchema>;

export const interruptAssignSchema = z.strictObject({
  /** A member; null: those who were asked may answer again. */
  userId: storableText.min(1).max(200).nullable(),
});

export const commentAddSchema = z.strictObject({ text: storableText.min(1).max(10_000) });
export const commentPageSchema = pageSchema(interruptCommentSchema);
export const interruptKindSchema = z.enum(interruptKinds);
