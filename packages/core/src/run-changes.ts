import { z } from "zod";
import { jsonSchema } from "./json.ts";
import { modelNameSchema } from "./model-name.ts";
import { planEditSchema } from "./plan.ts";

/** What a fork or a replay does otherwise than the run did. */
export const runChangesSchema = z.strictObject({
  /** Of the same agent. */
  agentVersion: z.int().positive().optional(),
  model: modelNameSchema.optional(),
  /** In the place of the agent's own. */
  instructions: z.string().max(100_000).optional(),
  /** In the place of the input's text. */
  message: z.string().max(1_000_000).optional(),
  /** In the place of what these calls answered; those that were not made count as done. */
  toolResults: z
    .array(z.strictObject({ callId: z.string().min(1).max(64), output: jsonSchema }))
    .max(1_000)
    .optional(),
  plan: z.array(planEditSchema).max(200).optional(),
});
export type RunChanges = z.infer<typeof runChangesSchema>;

export const forkRefSchema = z.object({ runId: z.string(), seq: z.int().positive() });
export type ForkRef = z.infer<typeof forkRefSchema>;
