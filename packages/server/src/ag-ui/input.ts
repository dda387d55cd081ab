import type { Message, RunRequest } from "@flotilla/core";
import { z } from "zod";
import { readMessages, textOf } from "../openai/chat-request.ts";
import type { ChatMessage } from "../openai/chat-schema.ts";
import { unsupported } from "../openai/error.ts";
import { checkPairs, type Plan } from "../openai/plan.ts";
import { functionSchema, toolsOf } from "../openai/settings.ts";

const partSchema = z.looseObject({ type: z.string(), text: z.string().optional() });
const contentSchema = z.union([z.string(), z.array(partSchema)]).nullish();
const callSchema = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});
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
  const last = messages.at(-1);
  if (!last) throw unsupported("messages", "there is nothing that is asked.");
  if (last.role === "assistant") {
    throw unsupported(
      "messages",
      "the last one is the assistant's; it must be a user's or a tool's.",
    );
  }
  const before: Message[] = last.role === "user" ? messages.slice(0, -1) : messages;
  const history = { kind: "messages" as const, messages: before };
  checkPairs(history);
  return {
    input: { text: last.role === "user" ? textOf(last) : "" },
    ...(before.length > 0 && { history }),
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
