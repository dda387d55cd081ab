import { z } from "zod";
import { interruptKinds } from "./interrupt.ts";

/** What waits for a person: one open interrupt of a waiting run. */
export const inboxItemSchema = z.object({
  interruptId: z.string(),
  runId: z.string(),
  kind: z.enum(interruptKinds),
  /** What the person is asked. */
  prompt: z.string(),
  raisedAt: z.iso.datetime(),
  agentName: z.string(),
  agentVersion: z.int(),
  batchId: z.string().nullable(),
  row: z.int().nullable(),
});
export type InboxItem = z.infer<typeof inboxItemSchema>;
