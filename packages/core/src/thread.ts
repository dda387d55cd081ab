import { z } from "zod";
import { agentNameSchema } from "./agent.ts";
import { attachmentSchema } from "./input.ts";
import { jsonObjectSchema } from "./json.ts";
import { runSummarySchema } from "./run.ts";

/**
 * A conversation. Each message of the person starts a run, which goes on from an earlier run of the
 * thread: the newest, or the one that it is sent after, and then it begins a branch of its own. The
 * transcript is in the journals of these runs and nowhere else.
 */
export const threadSchema = z.object({
  /** `thr_…` */
  id: z.string(),
  /** Who answers where a message names nobody. */
  agent: agentNameSchema.nullable(),
  title: z.string(),
  metadata: jsonObjectSchema,
  /** Runs of all branches. */
  runs: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costMicros: z.int().nonnegative(),
  createdAt: z.iso.datetime(),
  /** When it was last written to. */
  updatedAt: z.iso.datetime(),
  archivedAt: z.iso.datetime().nullable(),
});
export type Thread = z.infer<typeof threadSchema>;

/** What the person said, and the run that answers. */
export const threadMessageSchema = z.object({
  text: z.string(),
  attachments: z.array(attachmentSchema),
  run: runSummarySchema,
  /** The run it goes on from; null: the conversation begins here. */
  after: z.string().nullable(),
  /** Runs that go on from the same place, this one included, oldest first: its edits. */
  versions: z.array(z.string()),
});
export type ThreadMessage = z.infer<typeof threadMessageSchema>;
