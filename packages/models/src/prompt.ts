import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import type {
  AssistantMessage,
  Json,
  JsonObject,
  Message,
  ModelRequest,
  ToolSpec,
  UserMessage,
} from "@flotilla/core";
import type { ProviderConfig } from "./config.ts";
import { userParts } from "./user-parts.ts";
import { mark, promptMarks, type PromptMarks } from "./prompt-marks.ts";

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];
type ToolPart = Extract<LanguageModelV4Message, { role: "tool" }>["content"][number];

/**
 * A request as the provider packages take it. Our call ids are used throughout the history. Nothing
 * in it changes from call to call but what was added: providers keep the prefix of a prompt.
 */
export function callOptions(
  request: ModelRequest,
  config: ProviderConfig,
  headers: Record<string, string> | undefined,
  abortSignal: AbortSignal | undefined,
): LanguageModelV4CallOptions {
  const { settings, tools } = request;
  const { kind, promptCache } = config;
  const openai = kind === "openai";
  const marks = promptMarks(request, config);
  return {
    prompt: promptOf(request, config, marks),
    maxOutputTokens: settings.maxOutputTokens,
    temperature: settings.temperature,
    topP: settings.topP,
    seed: settings.seed,
    stopSequences: settings.stop,
    reasoning: settings.reasoningEffort,
    ...(tools.length > 0 && { tools: toolsOf(tools, marks) }),
    ...(asksForJson(request, kind) && {
      responseFormat: { type: "json" as const, schema: request.output, name: "answer" },
    }),
    ...(openai && { providerOptions: { openai: openaiOptions(request, promptCache) } }),
    headers,
    abortSignal,
  };
}

function toolsOf(tools: ToolSpec[], marks: PromptMarks): LanguageModelV4FunctionTool[] {
  const offered = tools.map((tool): LanguageModelV4FunctionTool => ({
    type: "function",
    name: tool.name,
    description: tool.description,
    inputSchema: tool.input,
  }));
  const last = offered.at(-1);
  if (last && marks.lastTool) last.providerOptions = mark;
  return offered;
}

/** Only OpenAI can hold a model to a schema and let it call tools in the same request. */
function asksForJson(request: ModelRequest, kind: ProviderConfig["kind"]): boolean {
  return request.output !== undefined && (request.tools.length === 0 || kind === "openai");
}

/**
 * Nothing is kept at the provider: reasoning comes back encrypted and is sent again, so
 * that a run can go on from the journal alone.
 */
function openaiOptions(request: ModelRequest, promptCache: boolean): JsonObject {
  const { prefixKey } = request;
  return {
    store: false,
    ...(promptCache && prefixKey !== undefined && { promptCacheKey: prefixKey }),
    strictJsonSchema: request.output !== undefined && isStrict(request.output),
  };
}

/** OpenAI refuses a strict schema unless every object closes itself and requires all it names. */
function isStrict(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (typeof schema !== "object" || schema === null) return true;
  if (schema["type"] === "object") {
    const names = Object.keys((schema["properties"] as JsonObject | undefined) ?? {});
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    if (schema["additionalProperties"] !== false) return false;
    if (!names.every((name) => required.includes(name))) return false;
  }
  return Object.values(schema).every(isStrict);
}

function promptOf(
  request: ModelRequest,
  config: ProviderConfig,
  marks: PromptMarks,
): LanguageModelV4Message[] {
  const idOf = config.kind === "openai-compatible" ? nineCharacters : same;
  const messages = request.messages.map((message) =>
    message.role === "user"
      ? { role: message.role, content: userParts(message, request.images, config) }
      : messageOf(message, idOf),
  );
  for (const place of marks.messages) {
    const message = messages[place];
    if (message) message.providerOptions = mark;
  }
  if (!request.instructions) return messages;
  const marked = marks.instructions ? { providerOptions: mark } : {};
  return [{ role: "system", content: request.instructions, ...marked }, ...messages];
}

function messageOf(
  message: Exclude<Message, UserMessage>,
  idOf: (callId: string) => string,
): LanguageModelV4Message {
  switch (message.role) {
    case "assistant":
      return { role: "assistant", content: assistantParts(message, idOf) };
    case "tool":
      return {
        role: "tool",
        content: message.results.map((result): ToolPart => ({
          type: "tool-result",
          toolCallId: idOf(result.callId),
          toolName: result.tool,
          output: resultOutput(result.output, result.isError),
        })),
      };
  }
}

function assistantParts(
  message: AssistantMessage,
  idOf: (callId: string) => string,
): AssistantPart[] {
  return message.content.map((part): AssistantPart => {
    switch (part.type) {
      case "text":
        return part;
      case "reasoning":
        return { type: "reasoning", text: part.text, ...optionsOf(part.providerData) };
      case "tool_call":
        return {
          type: "tool-call",
          toolCallId: idOf(part.callId),
          toolName: part.tool,
          input: part.input,
          ...optionsOf(part.providerData),
        };
    }
  });
}

function optionsOf(providerData: Json | undefined): { providerOptions?: SharedV4ProviderOptions } {
  return providerData === undefined
    ? {}
    : { providerOptions: providerData as SharedV4ProviderOptions };
}

function resultOutput(
  output: Json,
  isError: boolean,
): Extract<ToolPart, { output: unknown }>["output"] {
  if (typeof output === "string") return { type: isError ? "error-text" : "text", value: output };
  return { type: isError ? "error-json" : "json", value: output };
}

function same(callId: string): string {
  return callId;
}

/** `c12-3` as `c00012003`: Mistral takes only ids of nine letters and digits, others take any. */
function nineCharacters(callId: string): string {
  const [step = "", index = ""] = callId.slice(1).split("-");
  return `c${step.padStart(5, "0")}${index.padStart(3, "0")}`;
}
