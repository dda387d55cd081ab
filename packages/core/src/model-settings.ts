import { z } from "zod";

/** How a model is to answer. */
export const modelSettingsSchema = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().gt(0).max(1).optional(),
  maxOutputTokens: z.int().positive().optional(),
  seed: z.int().optional(),
  stop: z.array(z.string().min(1)).max(8).optional(),
  reasoningEffort: z.enum(["minimal", "low", "medium", "high"]).optional(),
});

export type ModelSettings = z.infer<typeof modelSettingsSchema>;
