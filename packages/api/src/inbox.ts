import { inboxItemSchema } from "@flotilla/core";
import { z } from "zod";

/** What came to the inbox, and what left it. */
export const inboxChangeSchema = z.object({
  /** What was there before is to be forgotten. */
  whole: z.boolean(),
  items: z.array(inboxItemSchema),
  /** What nobody needs to answer any more, each as `<runId> <interruptId>`. */
  gone: z.array(z.string()),
});
export type InboxChange = z.infer<typeof inboxChangeSchema>;
