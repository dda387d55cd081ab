import { jsonObjectSchema, jsonSchema, labelsSchema } from "@flotilla/core";
import { z } from "zod";

/** A call that somebody makes himself, outside of any run. */
export const toolCallSchema = z.strictObject({
  /** Fits the tool's schema. */
  input: jsonObjectSchema,
});
export type ToolCall = z.input<typeof toolCallSchema>;

/** Content that a call has kept, which in a run would be an artifact. */
export const keptContentSchema = z.object({
  id: z.string(),
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  base64: z.string(),
});

export const toolCalledSchema = z.object({
  callId: z.string(),
  tool: z.string(),
  output: jsonSchema,
  /** Where the output comes from and what it may hold. */
  labels: labelsSchema,
  ms: z.int(),
  kept: z.array(keptContentSchema),
});
export type ToolCalled = z.infer<typeof toolCalledSchema>;
