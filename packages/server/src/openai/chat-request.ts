import {
  userMessage,
  type AssistantMessage,
  type Json,
  type Message,
  type RunRequest,
} from "@flotilla/core";
import type { ChatMessage, ChatRequest } from "./chat-schema.ts";
import { addResult, askedOf, partsText } from "./conversation.ts";
import { unsupported } from "./error.ts";
import type { Plan } from "./plan.ts";
import { effortOf, outputOf, refuse, settingsOf, toolsOf } from "./settings.ts";

const oneModel = "an agent's model is what its definition says.";
const textOnly = "agents take and give text.";
const refused = {
  audio: textOnly,
  logit_bias: oneModel,
  logprobs: oneModel,
  top_logprobs: oneModel,
  prediction: oneModel,
  presence_penalty: oneModel,
  frequency_penalty: oneModel,
  web_search_options: "give the agent a tool that searches.",
  functions: "use tools.",
  function_call: "use tool_choice.",
};

/** Why a conversation is refused whose last message needs no answer. */
export const assistantLast = "the last one is the assistant's; it must be a user's or a tool's.";

/**
 * A request as a run: system and developer messages come after the agent's instructions, the last message
 * is the input, and what stands before it is the history, as the caller tells it. Throws
 * `invalid_request` for what cannot be heeded.
 */
export function chatPlan(body: ChatRequest): Plan {
  refuse(body, refused);
  if (body.n != null && body.n !== 1) throw unsupported("n", "there is one answer.");
  const { instructions, messages } = readMessages(body.messages);
  return {
    ...askedOf(messages, {
      param: "messages",
      empty: "there is nothing but instructions.",
      answered: assistantLast,
    }),
    request: requestOf(body, instructions),
    user: body.user ?? undefined,
  };
}

function requestOf(body: ChatRequest, instructions: string): RunRequest {
  const { max_tokens, max_completion_tokens, response_format: format, metadata } = body;
  const settings = {
    ...settingsOf({ ...body, maxOutputTokens: max_completion_tokens ?? max_tokens }),
    ...effortOf("reasoning_effort", body.reasoning_effort),
  };
  const functions = (body.tools ?? []).map((tool) => {
    if (tool.type === "function" && tool.function) return tool.function;
    throw unsupported("tools", `only functions, not ${tool.type.slice(0, 50)}.`);
  });
  const tools = toolsOf(functions, body.tool_choice);
  const { schema } = format?.json_schema ?? {};
  const output = outputOf(
    "response_format",
    format && { type: format.type, ...(schema && { schema }) },
  );
  return {
    ...(instructions !== "" && { instructions }),
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(tools && { tools }),
    ...(output && { output }),
    ...(metadata && { metadata }),
  };
}

interface ReadMessages {
  instructions: string;
  messages: Message[];
}

/** Ids of calls become ours, counted through the conversation, so that the run's own go on from them. */
export function readMessages(given: readonly ChatMessage[]): ReadMessages {
  const instructions: string[] = [];
  const messages: Message[] = [];
  const ids = new Map<string, { callId: string; tool: string }>();
  let answers = 0;
  for (const one of given) {
    switch (one.role) {
      case "system":
      case "developer":
        instructions.push(contentText(one.content));
        break;
      case "user":
        messages.push(userMessage(contentText(one.content)));
        break;
      case "assistant": {
        answers += 1;
        messages.push(assistantMessage(one, answers, ids));
        break;
      }
      case "tool": {
        const call = ids.get(one.tool_call_id);
        if (!call) throw unsupported("messages", "a tool message answers no call before it.");
        const result = { ...call, output: contentText(one.content) as Json, isError: false };
        addResult(messages, result);
      }
    }
  }
  return { instructions: instructions.join("\n\n"), messages };
}

function assistantMessage(
  { content, tool_calls: calls }: Extract<ChatMessage, { role: "assistant" }>,
  answer: number,
  ids: Map<string, { callId: string; tool: string }>,
): AssistantMessage {
  const text = contentText(content);
  const parts: AssistantMessage["content"] = text === "" ? [] : [{ type: "text", text }];
  for (const [index, call] of (calls ?? []).entries()) {
    const { name: tool, arguments: input } = call.function;
    const callId = `c${answer}-${index}`;
    ids.set(call.id, { callId, tool });
    parts.push({ type: "tool_call", callId, tool, input: argumentsOf(input) });
  }
  return { role: "assistant", content: parts };
}

/** Arguments of a call that the caller tells of. */
export function argumentsOf(text: string): Json {
  try {
    return (text.trim() === "" ? {} : JSON.parse(text)) as Json;
  } catch {
    throw unsupported("messages", "the arguments of a call are not JSON.");
  }
}

function contentText(content: ChatMessage["content"]): string {
  return partsText(content ?? [], "messages", ["text", "refusal"]);
}
