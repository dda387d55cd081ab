import { z } from "zod";
import { partSchema } from "./conversation.ts";
import { effortSchema, formatSchema, metadataSchema } from "./settings.ts";

const contentSchema = z.union([z.string(), z.array(partSchema)]);

export const itemSchema = z.union([
  z.looseObject({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.looseObject({
    type: z.literal("function_call_output"),
    call_id: z.string(),
    output: contentSchema,
  }),
  /** What a model thought is its provider's to read; it is not taken back in. */
  z.looseObject({ type: z.literal("reasoning") }),
  z.looseObject({
    type: z.literal("message").optional(),
    role: z.enum(["system", "developer", "user", "assistant"]),
    content: contentSchema,
  }),
]);
export type ResponseItem = z.infer<typeof itemSchema>;

/** A request of the Responses API, as far as it is heeded; the rest is refused or without effect. */
export const responseRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.union([z.string(), z.array(itemSchema).min(1).max(10_000)]),
  instructions: z.string().max(100_000).nullish(),
  previous_response_id: z.string().max(100).nullish(),
  conversation: z.union([z.string(), z.looseObject({ id: z.string() })]).nullish(),
  stream: z.boolean().nullish(),
  background: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_output_tokens: z.int().positive().nullish(),
  reasoning: z.looseObject({ effort: effortSchema }).nullish(),
  text: z.looseObject({ format: formatSchema.nullish() }).nullish(),
  tools: z
    .array(z.looseObject({ type: z.string() }))
    .max(128)
    .nullish(),
  tool_choice: z.unknown().optional(),
  user: z.string().max(1_000).nullish(),
  metadata: metadataSchema,
});
export type ResponseRequest = z.infer<typeof responseRequestSchema>;
