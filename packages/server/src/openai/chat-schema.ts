import { z } from "zod";
import { partSchema } from "./conversation.ts";
import { effortSchema, formatSchema, functionSchema, metadataSchema } from "./settings.ts";

export const contentSchema = z.union([z.string(), z.array(partSchema)]).nullish();

/** A call of an assistant's message. */
export const callSchema = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const messageSchema = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer", "user"]), content: contentSchema }),
  z.looseObject({
    role: z.literal("assistant"),
    content: contentSchema,
    tool_calls: z.array(callSchema).nullish(),
  }),
  z.looseObject({ role: z.literal("tool"), tool_call_id: z.string(), content: contentSchema }),
]);
export type ChatMessage = z.infer<typeof messageSchema>;

/** A request of the Chat Completions API, as far as it is heeded; the rest is refused or without effect. */
export const chatRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(messageSchema).min(1).max(10_000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(4)]).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  reasoning_effort: effortSchema,
  response_format: z
    .looseObject({ type: z.string(), json_schema: formatSchema.partial().optional() })
    .nullish(),
  tools: z
    .array(z.looseObject({ type: z.string(), function: functionSchema.optional() }))
    .max(128)
    .nullish(),
  tool_choice: z.unknown().optional(),
  n: z.int().nullish(),
  user: z.string().max(1_000).nullish(),
  metadata: metadataSchema,
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;
