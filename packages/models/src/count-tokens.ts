import { outputText, type Message, type ModelRequest, type ToolSpec } from "@flotilla/core";
import { estimateTokens } from "./tokens.ts";

/** What a message costs beside its text, in every API: role and delimiters. */
const tokensPerMessage = 4;

const known = new WeakMap<object, number>();

/** Input tokens that a request will probably count, within about 10 %. */
export function countTokens(request: Omit<ModelRequest, "model">): number {
  let tokens = remembered(request.tools, toolTokens) + estimateTokens(request.instructions);
  for (const message of request.messages) tokens += countMessageTokens(message);
  return request.output ? tokens + remembered(request.output, jsonTokens) : tokens;
}

/** Tokens of one message of a history. */
function countMessageTokens(message: Message): number {
  return remembered(message, messageTokens);
}

/** Completed messages never change, and a run sends them again and again. */
function remembered<T extends object>(value: T, count: (value: T) => number): number {
  const before = known.get(value);
  if (before !== undefined) return before;
  const tokens = count(value);
  known.set(value, tokens);
  return tokens;
}

function messageTokens(message: Message): number {
  const texts =
    message.role === "tool"
      ? message.results.map(({ output }) => outputText(output))
      : message.content.map((part) =>
          part.type === "tool_call" ? part.tool + JSON.stringify(part.input) : part.text,
        );
  return texts.reduce((sum, text) => sum + estimateTokens(text), tokensPerMessage);
}

function toolTokens(tools: ToolSpec[]): number {
  return tools.length > 0 ? jsonTokens(tools) : 0;
}

function jsonTokens(value: object): number {
  return estimateTokens(JSON.stringify(value));
}
