import { z } from "zod";
import { jsonSchema, type Json } from "./json.ts";

export const textPartSchema = z.object({ type: z.literal("text"), text: z.string() });
/** An image that came with a message; its content is an artifact. */
export const imagePartSchema = z.object({
  type: z.literal("image"),
  artifact: z.string(),
  mediaType: z.string(),
});
export const reasoningPartSchema = z.object({
  type: z.literal("reasoning"),
  text: z.string(),
  /** What the provider needs back to continue the thought (signatures, ids); opaque. */
  providerData: jsonSchema.optional(),
});
/** The ids of tool calls are ours (`c<step>-<index>`), never the provider's. */
export const toolCallPartSchema = z.object({
  type: z.literal("tool_call"),
  callId: z.string(),
  tool: z.string(),
  input: jsonSchema,
  /** What the provider needs back with the call (Gemini's thought signature); opaque. */
  providerData: jsonSchema.optional(),
});

export const userMessageSchema = z.object({
  role: z.literal("user"),
  content: z.array(z.discriminatedUnion("type", [textPartSchema, imagePartSchema])),
});
export const assistantMessageSchema = z.object({
  role: z.literal("assistant"),
  content: z.array(
    z.discriminatedUnion("type", [textPartSchema, reasoningPartSchema, toolCallPartSchema]),
  ),
});
export const toolResultSchema = z.object({
  callId: z.string(),
  tool: z.string(),
  output: jsonSchema,
  isError: z.boolean(),
});
export const toolMessageSchema = z.object({
  role: z.literal("tool"),
  results: z.array(toolResultSchema),
});
export const messageSchema = z.discriminatedUnion("role", [
  userMessageSchema,
  assistantMessageSchema,
  toolMessageSchema,
]);

export type TextPart = z.infer<typeof textPartSchema>;
export type ImagePart = z.infer<typeof imagePartSchema>;
export type ReasoningPart = z.infer<typeof reasoningPartSchema>;
export type ToolCallPart = z.infer<typeof toolCallPartSchema>;
export type UserMessage = z.infer<typeof userMessageSchema>;
export type AssistantMessage = z.infer<typeof assistantMessageSchema>;
export type ToolResult = z.infer<typeof toolResultSchema>;
export type ToolMessage = z.infer<typeof toolMessageSchema>;
export type Message = z.infer<typeof messageSchema>;

export function userMessage(text: string, images: readonly ImagePart[] = []): UserMessage {
  return { role: "user", content: [{ type: "text", text }, ...images] };
}

/** The visible text of a message, its parts joined; empty for tool messages. */
export function messageText(message: Message): string {
  if (message.role === "tool") return "";
  return message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

export function toolCalls(message: AssistantMessage): ToolCallPart[] {
  return message.content.filter((part) => part.type === "tool_call");
}

/** A tool's output as the text a model reads. */
export function outputText(output: Json): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}
