import {
  userMessage,
  type Message,
  type ModelPart,
  type ModelRequest,
  type ToolSpec,
} from "@flotilla/core";
import { openModels, type Models } from "../src/models.ts";
import type { ProviderConfigInput } from "../src/config.ts";
import type { Turn } from "../src/simulated/turn.ts";

export type Completed = Extract<ModelPart, { type: "completed" }>;

export const calculator: ToolSpec = {
  name: "calculator",
  description: "Evaluates an expression.",
  input: {
    type: "object",
    properties: { expression: { type: "string" } },
    required: ["expression"],
    additionalProperties: false,
  },
};

/** The provider packages, as each is configured against a simulator. */
function everyProvider(url: string): Record<string, ProviderConfigInput> {
  const at = { baseURL: `${url}/v1`, apiKey: "test-key" };
  return {
    "openai-responses": { kind: "openai", ...at },
    "openai-chat": { kind: "openai", api: "chat", ...at },
    anthropic: { kind: "anthropic", ...at },
    compatible: { kind: "openai-compatible", ...at },
  };
}

export const providerNames = ["openai-responses", "openai-chat", "anthropic", "compatible"];

/** Models over every provider package, with timeouts short enough to test. */
export function openTestModels(
  url: string,
  timeouts: { firstTokenMs?: number; progressMs?: number; totalMs?: number } = {},
  more: { maxResponseBytes?: number } = {},
): Models {
  const providers = Object.entries(everyProvider(url)).map(([name, provider]) => [
    name,
    { ...provider, timeouts, ...more },
  ]);
  return openModels({ providers: Object.fromEntries(providers) }, {});
}

/** A user message that makes `script` play these turns. */
export function script(...turns: Turn[]): Message {
  return userMessage(JSON.stringify({ turns }));
}

export function requestOf(model: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model,
    instructions: "Be brief.",
    messages: [userMessage("Hello")],
    tools: [],
    settings: {},
    step: 1,
    runId: "run_1",
    ...more,
  };
}

export interface Heard {
  text: string;
  reasoning: string;
  completed: Completed;
}

/** Makes one model call and reads it to its end. */
export async function ask(
  models: Models,
  model: string,
  more: Partial<ModelRequest> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Heard> {
  const heard = { text: "", reasoning: "" };
  for await (const part of models.stream(requestOf(model, more), signal)) {
    if (part.type === "completed") return { ...heard, completed: part };
    if (part.type !== "limits") heard[part.type] += part.text;
  }
  throw new Error("The stream ended without a completed part.");
}
