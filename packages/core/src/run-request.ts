import { z } from "zod";
import { jsonObjectSchema } from "./json.ts";
import { modelNameSchema } from "./model-name.ts";
import { modelSettingsSchema } from "./model-settings.ts";

/** A tool of the caller: the run hands calls of it out instead of making them. */
export const callerToolSchema = z.object({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "use 1 to 64 letters, digits, _ and -"),
  description: z.string().max(10_000).default(""),
  /** JSON Schema of the input object. */
  input: jsonObjectSchema,
});

/** The caller's own notes of a run, which lists find it by. */
export const runMetadataSchema = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((metadata) => Object.keys(metadata).length <= 64, "at most 64 entries");
export type RunMetadata = z.infer<typeof runMetadataSchema>;

/** What one run does otherwise than its agent says. */
export const runRequestSchema = z.object({
  /** Come after the agent's own. */
  instructions: z.string().max(100_000).optional(),
  /** In the place of the agent's own. */
  model: modelNameSchema.optional(),
  settings: modelSettingsSchema.optional(),
  /** JSON Schema of the final answer, for an agent that has none. */
  output: jsonObjectSchema.optional(),
  tools: z.array(callerToolSchema).max(128).optional(),
  /** The caller's own notes. */
  metadata: z.record(z.string().max(64), z.string().max(512)).optional(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;
