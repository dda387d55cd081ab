import type { RunRequest } from "@flotilla/core";
import { z } from "zod";
import { assistantLast, readMessages } from "../openai/chat-request.ts";
import { callSchema, contentSchema, type ChatMessage } from "../openai/chat-schema.ts";
import { askedOf } from "../openai/conversation.ts";
import { unsupported } from "../openai/error.ts";
import type { Plan } from "../openai/plan.ts";
import { functionSchema, toolsOf } from "../openai/settings.ts";

const id = z.string().max(200);

const messageSchema = z.discriminatedUnion("role", [
  z.looseObject({ id, role: z.enum(["system", "developer", "user"]), content: contentSchema }),
  z.looseObject({
    id,
    role: z.literal("assistant"),
    content: contentSchema,
    toolCalls: z.array(callSchema).nullish(),
  }),
  z.looseObject({ id, role: z.literal("tool"), toolCallId: z.string(), content: contentSchema }),
  /** What the client shows and a model does not read. */
  z.looseObject({ id, role: z.enum(["reasoning", "activity"]) }),
]);
export type AgUiMessage = z.infer<typeof messageSchema>;

/** What a client of the Agent User Interaction Protocol sends to run an agent. */
export const runAgentInputSchema = z.looseObject({
  threadId: z.string().max(200),
  runId: z.string().max(200),
  state: z.unknown().optional(),
  messages: z.array(messageSchema).max(10_000),
  tools: z.array(z.looseObject(functionSchema.shape)).max(128).default([]),
  context: z
    .array(z.looseObject({ description: z.string(), value: z.string() }))
    .max(1_000)
    .default([]),
  resume: z.array(z.unknown()).optional(),
});
export type RunAgentInput = z.infer<typeof runAgentInputSchema>;

/**
 * An input as a run: its messages are the conversation, as the client tells it; the last one is what is
 * asked. Context and system messages come after the agent's instructions.
 */
export function agUiPlan(input: RunAgentInput): Plan {
  if (input.resume && input.resume.length > 0) {
    throw unsupported(
      "resume",
      "answer the interrupts of a run at /api/v1/runs/{runId}/interrupts.",
    );
  }
  const { instructions, messages } = readMessages(input.messages.flatMap(chatMessage));
  return {
    ...askedOf(messages, {
      param: "messages",
      empty: "there is nothing that is asked.",
      answered: assistantLast,
    }),
    request: requestOf(input, instructions),
  };
}

function requestOf({ tools, context }: RunAgentInput, said: string): RunRequest {
  const known = context.map(({ description, value }) => `${description}: ${value}`);
  const about = known.length > 0 ? `What the application tells:\n${known.join("\n")}` : "";
  const instructions = [said, about].filter((one) => one !== "").join("\n\n");
  const offered = toolsOf(tools, undefined);
  return { ...(instructions !== "" && { instructions }), ...(offered && { tools: offered }) };
}

function chatMessage(message: AgUiMessage): ChatMessage[] {
  switch (message.role) {
    case "reasoning":
    case "activity":
      return [];
    case "assistant": {
      const { role, content, toolCalls } = message;
      return [{ role, content, tool_calls: toolCalls }];
    }
    case "tool": {
      const { role, content, toolCallId } = message;
      return [{ role, content, tool_call_id: toolCallId }];
    }
    default: {
      const { role, content } = message;
      return [{ role, content }];
    }
  }
}
