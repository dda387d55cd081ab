import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ProviderConfig, WireFormat } from "./config.ts";
import type { StreamRules } from "./event-lines.ts";
import { mendAnthropicUsage, mendUsage } from "./mend-usage.ts";
import { placingFetch, type PlaceKey } from "./placing-fetch.ts";
import type { FetchFunction, Wire } from "./wire.ts";

/** Where and how one provider is reached, its configuration resolved. */
export interface Endpoint {
  config: ProviderConfig;
  /** Undefined: the provider's own. */
  baseURL: string | undefined;
  /** Undefined: the provider needs none. */
  apiKey: string | undefined;
  /** Where the key is a placeholder: replaces it on the way out. */
  place?: PlaceKey;
}

/** The packages end a chat stream cleanly without its last event; the others they judge themselves. */
const chatStream: StreamRules = {
  last: /^data: ?\[DONE\]\s*$/m,
  lastIsOneLine: true,
  lastIsRequired: true,
  mend: mendUsage,
};
const responsesStream: StreamRules = {
  last: /^(?:event: ?|data: ?\{"type": ?")response\.(?:completed|incomplete|failed)\b/m,
  mend: mendUsage,
};
const anthropicStream: StreamRules = {
  last: /^(?:event: ?|data: ?\{"type": ?")message_stop\b/m,
  mend: mendAnthropicUsage,
};
/** Google's streams have no last event of their own; they end with the body. */
const googleStream: StreamRules = { last: /(?!)/ };

/** The provider package's model for one endpoint. */
export function languageModel(endpoint: Endpoint, model: string, wire: Wire): LanguageModelV4 {
  const { config } = endpoint;
  switch (config.kind) {
    case "openai":
      return openai(endpoint, model, config.api, wire);
    case "anthropic":
      return createAnthropic(packageSettings(endpoint, anthropicStream, wire)).languageModel(model);
    case "google":
      return createGoogle(packageSettings(endpoint, googleStream, wire)).languageModel(model);
    case "openai-compatible":
      return compatible(endpoint, model, wire);
    case "simulated":
    case "recorded":
      return simulated(endpoint, model, config.format, wire);
  }
}

function simulated(
  endpoint: Endpoint,
  model: string,
  format: WireFormat,
  wire: Wire,
): LanguageModelV4 {
  switch (format) {
    case "openai-chat":
      return compatible(endpoint, model, wire);
    case "openai-responses":
      return openai(endpoint, model, "responses", wire);
    case "anthropic":
      return createAnthropic(packageSettings(endpoint, anthropicStream, wire)).languageModel(model);
  }
}

function openai(
  endpoint: Endpoint,
  model: string,
  api: "responses" | "chat",
  wire: Wire,
): LanguageModelV4 {
  return api === "responses"
    ? createOpenAI(packageSettings(endpoint, responsesStream, wire)).responses(model)
    : createOpenAI(packageSettings(endpoint, chatStream, wire)).chat(model);
}

function compatible(endpoint: Endpoint, model: string, wire: Wire): LanguageModelV4 {
  return createOpenAICompatible({
    name: endpoint.config.kind,
    baseURL: endpoint.baseURL ?? "",
    ...(endpoint.apiKey && { apiKey: endpoint.apiKey }),
    ...(endpoint.config.headers && { headers: endpoint.config.headers }),
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: fetchOf(endpoint, chatStream, wire),
  }).chatModel(model);
}

/** What a provider package is made with. */
export function packageSettings(endpoint: Endpoint, answer: StreamRules | "json", wire: Wire) {
  const { config, baseURL, apiKey } = endpoint;
  return {
    ...(baseURL && { baseURL }),
    // A package without a key would look for one in the environment by itself.
    apiKey: apiKey ?? "none",
    ...(config.headers && { headers: config.headers }),
    fetch: fetchOf(endpoint, answer, wire),
  };
}

export function fetchOf(
  { config, place }: Endpoint,
  answer: StreamRules | "json",
  wire: Wire,
): FetchFunction {
  const fetch = wire.fetchFor({ answer, maxResponseBytes: config.maxResponseBytes });
  const tellsRun = config.kind === "simulated" || config.kind === "recorded";
  return place ? placingFetch(fetch, place, tellsRun) : fetch;
}
