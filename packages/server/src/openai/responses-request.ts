import {
  toolCalls,
  userMessage,
  type Message,
  type RunRequest,
  type ToolResult,
} from "@flotilla/core";
import { argumentsOf } from "./chat-request.ts";
import { addResult, askedOf, partsText } from "./conversation.ts";
import { unsupported } from "./error.ts";
import { innerCallId } from "./ids.ts";
import type { Plan } from "./plan.ts";
import type { ResponseItem, ResponseRequest } from "./responses-schema.ts";
import { effortOf, functionSchema, outputOf, refuse, settingsOf, toolsOf } from "./settings.ts";

const refused = {
  prompt: "an agent's instructions are its definition's.",
  max_tool_calls: "an agent's limits are its definition's.",
  top_logprobs: "an agent's model is what its definition says.",
};

interface ReadItems {
  instructions: string[];
  messages: Message[];
}

/**
 * A request that says all of its conversation itself. `instructions` and the system and developer messages
 * come after the agent's. The last message is the input.
 */
export function statelessPlan(body: ResponseRequest): Plan {
  const { instructions, messages } = readItems(itemsOf(body));
  const asked = askedOf(messages, {
    param: "input",
    empty: "there is nothing but instructions.",
    answered: "the last item is the assistant's; it must be a user's or a result.",
  });
  return { ...basePlan(body, instructions), ...asked };
}

/**
 * A request that goes on from a response, or in a thread: its items are what is new, messages of the user
 * and results of the calls that the run before handed out.
 *
 * @param handedOut those calls, by our ids
 */
export function goingOnPlan(body: ResponseRequest, handedOut: ReadonlyMap<string, string>): Plan {
  const instructions: string[] = [];
  const texts: string[] = [];
  const results: ToolResult[] = [];
  for (const item of itemsOf(body)) {
    if (isMessage(item)) {
      if (item.role === "user") texts.push(contentText(item.content));
      else if (item.role !== "assistant") instructions.push(contentText(item.content));
      else throw unsupported("input", "what the assistant said is known; send only what is new.");
    } else if (item.type === "function_call_output") {
      const callId = innerCallId(item.call_id) ?? "";
      const tool = handedOut.get(callId);
      if (tool === undefined) {
        throw unsupported("input", "a result is of no call that the response before has left.");
      }
      results.push({ callId, tool, output: contentText(item.output), isError: false });
    } else if (item.type === "function_call") {
      throw unsupported("input", "the call is known; send only its result.");
    }
  }
  const text = texts.join("\n\n");
  if (text === "" && results.length === 0) throw unsupported("input", "there is nothing new.");
  const input = { text, ...(results.length > 0 && { results }) };
  return { ...basePlan(body, instructions), input };
}

function basePlan(body: ResponseRequest, systemTexts: string[]) {
  refuse(body, refused);
  const { metadata, text, reasoning, max_output_tokens: maxOutputTokens } = body;
  const instructions = [body.instructions ?? "", ...systemTexts].filter((one) => one !== "");
  const settings = {
    ...settingsOf({ ...body, maxOutputTokens }),
    ...effortOf("reasoning.effort", reasoning?.effort),
  };
  const functions = (body.tools ?? []).map((tool) => {
    const parsed = functionSchema.safeParse(tool);
    if (tool.type === "function" && parsed.success) return parsed.data;
    throw unsupported("tools", `only functions with a name, not ${tool.type.slice(0, 50)}.`);
  });
  const tools = toolsOf(functions, body.tool_choice);
  const output = outputOf("text.format", text?.format);
  const request: RunRequest = {
    ...(instructions.length > 0 && { instructions: instructions.join("\n\n") }),
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(tools && { tools }),
    ...(output && { output }),
    ...(metadata && { metadata }),
  };
  return { request, user: body.user ?? undefined };
}

type MessageItem = Extract<ResponseItem, { role: string }>;

function isMessage(item: ResponseItem): item is MessageItem {
  return item.type === undefined || item.type === "message";
}

function itemsOf({ input }: ResponseRequest): ResponseItem[] {
  return typeof input === "string" ? [{ role: "user", content: input }] : input;
}

/** Calls that follow each other are those of one answer. */
function readItems(items: ResponseItem[]): ReadItems {
  const instructions: string[] = [];
  const messages: Message[] = [];
  const ids = new Map<string, { callId: string; tool: string }>();
  let answers = 0;
  const answer = () => {
    const last = messages.at(-1);
    if (last?.role === "assistant") return last;
    answers += 1;
    const made = { role: "assistant" as const, content: [] };
    messages.push(made);
    return made as Extract<Message, { role: "assistant" }>;
  };
  for (const item of items) {
    if (isMessage(item)) {
      const text = contentText(item.content);
      if (item.role === "user") messages.push(userMessage(text));
      else if (item.role === "assistant") answer().content.push({ type: "text", text });
      else instructions.push(text);
    } else if (item.type === "function_call") {
      const answered = answer();
      const callId = `c${answers}-${toolCalls(answered).length}`;
      ids.set(item.call_id, { callId, tool: item.name });
      const input = argumentsOf(item.arguments);
      answered.content.push({ type: "tool_call", callId, tool: item.name, input });
    } else if (item.type === "function_call_output") {
      const call = ids.get(item.call_id);
      if (!call) throw unsupported("input", "a result is of no call before it.");
      const result = { ...call, output: contentText(item.output), isError: false };
      addResult(messages, result);
    }
  }
  return { instructions, messages };
}

const textTypes = ["input_text", "output_text", "text", "refusal"];

function contentText(content: MessageItem["content"]): string {
  return partsText(content, "input", textTypes);
}
