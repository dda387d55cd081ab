import {
  agentNameSchema,
  modelNameSchema,
  threadMessageSchema,
  threadSchema,
  userSchema,
  jsonObjectSchema,
} from "@flotilla/core";
import { z } from "zod";
import { highestInteger, lineText, storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema } from "./page.ts";
import { runIdSchema } from "./run.ts";

export const threadParamsSchema = z.object({
  threadId: z.string().regex(/^thr_[0-9a-z]{26}$/, "not a thread id"),
});

const largestMetadata = 16_384;

const metadata = jsonObjectSchema.refine(
  (value) => JSON.stringify(value).length <= largestMetadata,
  `must be no more than ${largestMetadata} characters of JSON`,
);
const title = lineText.max(200);

export const threadCreateSchema = z.strictObject({
  /** Who answers where a message names nobody. */
  agent: agentNameSchema.optional(),
  /** Default: the beginning of the first message. */
  title: title.optional(),
  metadata: metadata.optional(),
});
export type ThreadCreate = z.input<typeof threadCreateSchema>;

/** What is left out stays. */
export const threadChangeSchema = z.strictObject({
  agent: agentNameSchema.nullable().optional(),
  title: title.optional(),
  metadata: metadata.optional(),
  archived: z.boolean().optional(),
});
export type ThreadChange = z.input<typeof threadChangeSchema>;

export const threadListQuerySchema = pageQuerySchema.extend({
  /** Those that are archived instead. */
  archived: z.enum(["true", "false"]).default("false"),
  /** Those with this in their title or in something that was said, in any case. */
  search: storableText.min(1).max(200).optional(),
});
export type ThreadListQuery = Partial<Record<"cursor" | "search", string>> & {
  limit?: number;
  archived?: boolean;
};
export const threadPageSchema = pageSchema(threadSchema);

export const threadQuerySchema = pageQuerySchema.extend({
  /** The messages that lead to this run. Default: to the newest one. */
  upTo: runIdSchema.optional(),
});
export type ThreadQuery = z.input<typeof threadQuerySchema>;

/** A thread with a page of one branch of its messages, the newest first. */
export const threadWithMessagesSchema = threadSchema.extend({
  messages: pageSchema(threadMessageSchema),
});
export type ThreadWithMessages = z.infer<typeof threadWithMessagesSchema>;

export const mostAttachments = 16;
/** Of a file that is no text. A request takes 8 MiB in all. */
export const largestAttachedFile = 5 * 1024 * 1024;

const attachmentName = lineText.min(1).max(200);

/** What goes along with a message. */
export const threadAttachmentSchema = z.union([
  /** A text: the model reads its beginning and can read on. */
  z.strictObject({
    name: attachmentName,
    mediaType: z
      .string()
      .max(100)
      .regex(
        /^(?:text\/[\w.+-]+|application\/(?:[\w.-]+\+)?(?:json|xml|yaml))$/,
        "must be text, JSON, XML or YAML",
      )
      .default("text/plain"),
    text: z.string().min(1).max(4_000_000),
  }),
  /** Any file: a model that sees is shown an image, documents are read with `document_read`. */
  z.strictObject({
    name: attachmentName,
    base64: z
      .base64()
      .min(4)
      .max(Math.ceil(largestAttachedFile / 3) * 4),
  }),
  /** Something that is kept already, such as what came with an earlier message. */
  z.strictObject({ artifact: z.string().regex(/^art_[0-9a-z]{26}$/, "not an artifact id") }),
]);
export type ThreadAttachment = z.input<typeof threadAttachmentSchema>;

export const threadSendSchema = z.strictObject({
  text: z.string().min(1).max(1_000_000),
  /** Default: the thread's own agent. */
  agent: agentNameSchema.optional(),
  /** Default: the newest version. */
  version: z.int().positive().max(highestInteger).optional(),
  /** In the place of the agent's own, for this answer. */
  model: modelNameSchema.optional(),
  /**
   * The run that it goes on from, to edit a message or to ask again; null: from the beginning. Default:
   * the newest one.
   */
  after: runIdSchema.nullable().optional(),
  /** Kept as artifacts of the run. */
  attachments: z.array(threadAttachmentSchema).max(mostAttachments).default([]),
  /** Waits for a run of the thread that is under way, instead of being refused. */
  queue: z.boolean().default(false),
  /** Whose costs they are; until sign-in exists the caller says it. */
  user: userSchema.optional(),
});
export type ThreadSend = z.input<typeof threadSendSchema>;
