import { z } from "zod";
import { approvalHashSchema, audienceSchema, interruptKinds } from "./interrupt.ts";

/** `withdrawn`: its run ended, or went on, without an answer. */
export const interruptStates = ["open", "answered", "expired", "withdrawn"] as const;
export const interruptStateSchema = z.enum(interruptStates);
export type InterruptState = z.infer<typeof interruptStateSchema>;

/** What waits, or has waited, for a person, as lists show it. */
export const inboxItemSchema = z.object({
  interruptId: z.string(),
  runId: z.string(),
  kind: z.enum(interruptKinds),
  state: interruptStateSchema,
  /** What the person is asked; hidden characters are written out. */
  prompt: z.string(),
  /** Whose call it is about. */
  tool: z.string().nullable(),
  /** Of what is approved: an answer names it. */
  hash: approvalHashSchema.nullable(),
  /** Who is asked; an escalation changes it. */
  audience: audienceSchema,
  /** The one person who may answer. */
  assignee: z.string().nullable(),
  comments: z.int().nonnegative(),
  raisedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  escalatedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  /** Who answered. */
  endedBy: z.string().nullable(),
  /** What was answered, in a word. */
  action: z.string().nullable(),
  agentName: z.string(),
  agentVersion: z.int(),
  batchId: z.string().nullable(),
  row: z.int().nullable(),
});
export type InboxItem = z.infer<typeof inboxItemSchema>;

/** What somebody said about an interrupt to others who look at it. */
export const interruptCommentSchema = z.object({
  id: z.string(),
  by: z.string(),
  userId: z.string().nullable(),
  text: z.string(),
  at: z.iso.datetime(),
});
export type InterruptComment = z.infer<typeof interruptCommentSchema>;
