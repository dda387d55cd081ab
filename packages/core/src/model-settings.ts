import { z } from "zod";

/** How a model is to answer. */
export const modelSettingsSchema = z.strictObject({
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("How much its answers vary: 0 for the likeliest one. Default: the provider's."),
  topP: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe("Only the likeliest words that together have this share are taken."),
  maxOutputTokens: z.int().positive().optional().describe("Tokens of one answer at most."),
  seed: z
    .int()
    .optional()
    .describe("The same seed asks for the same answer, where a provider can."),
  stop: z.array(z.string().min(1)).max(8).optional().describe("Texts at which an answer ends."),
  reasoningEffort: z
    .enum(["minimal", "low", "medium", "high"])
    .optional()
    .describe("How long a reasoning model thinks before it answers."),
});

export type ModelSettings = z.infer<typeof modelSettingsSchema>;
