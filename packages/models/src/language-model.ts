import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ProviderConfig, WireFormat } from "./config.ts";
import type { Wire } from "./wire.ts";

/** Where and how one provider is reached, its configuration resolved. */
export interface Endpoint {
  config: ProviderConfig;
  /** Undefined: the provider's own. */
  baseURL: string | undefined;
  /** Undefined: the provider needs none. */
  apiKey: string | undefined;
}

/** The last event of an OpenAI chat stream; the packages end cleanly without it. */
const chatRules = { terminal: "[DONE]" };

/** The provider package's model for one endpoint. */
export function languageModel(endpoint: Endpoint, model: string, wire: Wire): LanguageModelV4 {
  const { config } = endpoint;
  switch (config.kind) {
    case "openai":
      return openai(endpoint, model, config.api, wire);
    case "anthropic":
      return createAnthropic(settings(endpoint, wire)).languageModel(model);
    case "google":
      return createGoogle(settings(endpoint, wire)).languageModel(model);
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
      return createAnthropic(settings(endpoint, wire)).languageModel(model);
  }
}

function openai(
  endpoint: Endpoint,
  model: string,
  api: "responses" | "chat",
  wire: Wire,
): LanguageModelV4 {
  if (api === "responses") return createOpenAI(settings(endpoint, wire)).responses(model);
  const fetch = wire.fetchFor(chatRules);
  return createOpenAI({ ...settings(endpoint, wire), fetch }).chat(model);
}

function compatible(endpoint: Endpoint, model: string, wire: Wire): LanguageModelV4 {
  return createOpenAICompatible({
    name: endpoint.config.kind,
    baseURL: endpoint.baseURL ?? "",
    ...(endpoint.apiKey && { apiKey: endpoint.apiKey }),
    ...(endpoint.config.headers && { headers: endpoint.config.headers }),
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: wire.fetchFor(chatRules),
  }).chatModel(model);
}

function settings({ config, baseURL, apiKey }: Endpoint, wire: Wire) {
  return {
    ...(baseURL && { baseURL }),
    // A package without a key would look for one in the environment by itself.
    apiKey: apiKey ?? "none",
    ...(config.headers && { headers: config.headers }),
    fetch: wire.fetchFor({}),
  };
}
