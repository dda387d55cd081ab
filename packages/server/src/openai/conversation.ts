import { messageText, toolCalls, type Message, type ToolResult } from "@flotilla/core";
import { z } from "zod";
import { unsupported } from "./error.ts";
import type { Plan } from "./plan.ts";

/** A part of a message: texts are taken, and nothing else. */
export const partSchema = z.looseObject({ type: z.string(), text: z.string().optional() });

/** How a protocol names what it refuses of a conversation. */
export interface Refusals {
  param: string;
  /** There is no message. */
  empty: string;
  /** The last message is the assistant's. */
  answered: string;
}

/**
 * What a run is asked and what was said before it, of a conversation as the caller tells it: the last
 * message, where it is the user's, is the input. Throws `invalid_request` where there is nothing to
 * answer, or a call without its result.
 */
export function askedOf(
  messages: Message[],
  { param, empty, answered }: Refusals,
): Pick<Plan, "input" | "history"> {
  const last = messages.at(-1);
  if (!last) throw unsupported(param, empty);
  if (last.role === "assistant") throw unsupported(param, answered);
  const before = last.role === "user" ? messages.slice(0, -1) : messages;
  checkPairs(before);
  return {
    input: { text: messageText(last) },
    ...(before.length > 0 && { history: { kind: "messages", messages: before } }),
  };
}

/** Results that follow each other are those of one answer. */
export function addResult(messages: Message[], result: ToolResult): void {
  const last = messages.at(-1);
  if (last?.role === "tool") last.results.push(result);
  else messages.push({ role: "tool", results: [result] });
}

/** The texts of a content, joined. Throws `invalid_request` for parts of other types than these. */
export function partsText(
  content: string | z.infer<typeof partSchema>[],
  param: string,
  types: readonly string[],
): string {
  if (typeof content === "string") return content;
  return content
    .map((part) => {
      if (types.includes(part.type) && part.text !== undefined) return part.text;
      throw unsupported(param, `only text, not ${part.type.slice(0, 50)}.`);
    })
    .join("");
}

/** Throws when a call of a message has no result after it, or a result no call before it. */
function checkPairs(messages: readonly Message[]): void {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === "tool") {
      for (const { callId } of message.results) {
        if (open.delete(callId)) continue;
        throw unsupported("messages", "a tool message answers no call of the message before it.");
      }
    } else if (open.size > 0) {
      throw unsupported("messages", "a call of the assistant has no tool message that answers it.");
    } else if (message.role === "assistant") {
      for (const { callId } of toolCalls(message)) open.add(callId);
    }
  }
  if (open.size > 0) {
    throw unsupported("messages", "a call of the assistant has no tool message that answers it.");
  }
}
