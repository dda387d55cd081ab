import { existsSync, readdirSync } from "node:fs";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import {
  FlotillaError,
  messageText,
  noCredentials,
  type CapacityLimits,
  type CredentialPort,
  type CredentialScope,
  type ImageAnswer,
  type ImagePrice,
  type ImageRequest,
  type ModelPart,
  type ModelPort,
  type ModelRequest,
  type Price,
  type ProviderBatchPort,
  type ProviderCredential,
} from "@flotilla/core";
import { z } from "zod";
import { BatchHttp } from "./batch/batch-http.ts";
import { ProviderBatches, type BatchedModel } from "./batch/provider-batches.ts";
import { callModel, type Call } from "./call.ts";
import {
  modelsConfigSchema,
  type ModelsConfig,
  type ModelsConfigInput,
  type ProviderConfig,
} from "./config.ts";
import { ContextWindows } from "./context-windows.ts";
import { modelError, type CallContext } from "./failure.ts";
import { checkImageModel, imageModel, imagesPerCall } from "./image-model.ts";
import { imageListPrice } from "./image-price.ts";
import { languageModel, type Endpoint } from "./language-model.ts";
import { makeImages } from "./make-images.ts";
import { nearestNames, splitModelName } from "./model-name.ts";
import { configuredPrice, listPrice } from "./price.ts";
import { listRequest, modelNames } from "./list-request.ts";
import { runHeader } from "./placing-fetch.ts";
import { callOptions } from "./prompt.ts";
import { seesImages } from "./user-parts.ts";
import { recordedBrain } from "./recorded/brain.ts";
import { simulatedImagePrice, simulatedPrice } from "./simulated/bill.ts";
import { simulatedBrain, simulatedModels } from "./simulated/models.ts";
import { tokensIn } from "./simulated/format.ts";
import { startSimulator, type Simulator } from "./simulated/simulator.ts";
import { encodingOf, TokenCounter } from "./token-counter.ts";
import { openWire, type Wire } from "./wire.ts";

const probeMs = 10_000;

export interface Models extends ModelPort {
  /** The batch endpoints of the same providers. */
  readonly batches: ProviderBatchPort;
  /** Where a provider is asked, and in which headers its key goes. Throws `unknown_model`. */
  reach(provider: string): Promise<{ url: URL; headers: string[] }>;
  /** Whose key calls of the scope would have; `none` where none is needed. Throws `unknown_model`. */
  keyOf(provider: string, scope: CredentialScope): "own" | "platform" | "none" | "missing";
  /**
   * Asks a provider for its models, with the key that calls of the scope would have, and answers their names.
   * Rejects with why the key was not taken, or why nobody could ask.
   */
  probe(provider: string, scope: CredentialScope): Promise<string[]>;
  /** Ends calls that are under way, stops simulators, closes connections. */
  close(): Promise<void>;
}

/**
 * Opens the models of the configured providers. Nothing is connected or started before
 * the first call.
 *
 * Throws `config_invalid` with the fields that are wrong.
 *
 * @param env where `apiKeyEnv` names are looked up, at each call
 * @param credentials organisations' own keys, which go before those of the configuration
 */
export function openModels(
  config: ModelsConfigInput,
  env: Record<string, string | undefined> = process.env,
  credentials: CredentialPort = noCredentials,
): Models {
  const parsed = modelsConfigSchema.safeParse(config);
  if (!parsed.success) {
    const message = `The model providers are configured wrongly:\n${z.prettifyError(parsed.error)}`;
    throw new FlotillaError("config_invalid", message);
  }
  return new OpenModels(parsed.data, env, credentials);
}

class OpenModels implements Models {
  readonly #config: ModelsConfig;
  readonly #env: Record<string, string | undefined>;
  readonly #credentials: CredentialPort;
  readonly #wire: Wire = openWire();
  readonly #http = new BatchHttp();
  /** By `provider/model` and own credential, with the key each was made with. */
  readonly #models = new Map<string, { model: LanguageModelV4; apiKey: string | undefined }>();
  readonly #listPrices = new Map<string, { day: number; price: Price | null }>();
  readonly #simulators = new Map<string, Promise<Simulator>>();
  readonly #counter = new TokenCounter();
  readonly #windows: ContextWindows;

  readonly batches = new ProviderBatches((name) => this.#batched(name));

  constructor(
    config: ModelsConfig,
    env: Record<string, string | undefined>,
    credentials: CredentialPort,
  ) {
    this.#config = config;
    this.#credentials = credentials;
    this.#windows = new ContextWindows(config.contextWindows);
    this.#env = env;
  }

  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart> {
    return callModel(() => this.#call(request), signal);
  }

  check(model: string, scope?: CredentialScope): void {
    const config = this.#provider(model);
    if (!this.#own(model, scope)) this.#key(model, config);
    if (config.baseURL) return;
    if (config.kind === "simulated") this.#checkName(model, simulatedModels);
    if (config.kind === "recorded") {
      this.#checkName(model, recordingsIn(this.#config.recordings));
    }
  }

  price(name: string): Price | null {
    const own = configuredPrice(this.#config.prices[name], new Date());
    if (own) return own;
    const { provider, model } = splitModelName(name);
    const config = this.#config.providers[provider];
    switch (config?.kind) {
      case "simulated":
      case "recorded":
        return simulatedPrice;
      case "openai":
      case "anthropic":
      case "google":
        return this.#listPrice(config.kind, model);
      default:
        return null;
    }
  }

  image(request: ImageRequest, signal: AbortSignal): Promise<ImageAnswer> {
    const { model: name, scope } = request;
    const config = this.#provider(name);
    const own = this.#own(name, scope);
    const call = {
      config,
      context: contextOf(name, config),
      headers: {
        ...callHeaders(config, own, request),
        "idempotency-key": request.idempotencyKey,
      },
      model: async () => {
        const endpoint = await this.#endpoint(name, config, own, scope);
        return imageModel(endpoint, name, this.#wire);
      },
    };
    return makeImages(call, request, signal);
  }

  imagePrice(name: string): ImagePrice | null {
    const own = this.#config.imagePrices[name];
    if (own) return own;
    const { provider, model } = splitModelName(name);
    const config = this.#config.providers[provider];
    switch (config?.kind) {
      case "simulated":
      case "recorded":
        return simulatedImagePrice;
      case "openai":
      case "google":
        return imageListPrice(config.kind, model, new Date());
      default:
        return null;
    }
  }

  imagesPerCall(name: string): number {
    const config = this.#provider(name);
    checkImageModel(config, name);
    return imagesPerCall(config, name);
  }

  keepsKeys(name: string): boolean {
    return isSimulated(this.#provider(name));
  }

  seesImages(name: string): boolean {
    const config = this.#config.providers[splitModelName(name).provider];
    return config !== undefined && seesImages(config);
  }

  bucket(name: string, scope?: CredentialScope): { bucket: string; limits: CapacityLimits } {
    const { provider } = splitModelName(name);
    // A bucket's limits are those of its first call: each call of it must say the same.
    const plain = name.split("?")[0] ?? name;
    const own = this.#own(name, scope);
    const bucket = own ? `${plain}#${own.id}` : plain;
    // What the configuration says is of its own key.
    const configured = own
      ? undefined
      : (this.#config.limits[plain] ?? this.#config.limits[provider]);
    return { bucket, limits: configured ?? {} };
  }

  contextWindow(name: string): number | null {
    const { provider } = splitModelName(name);
    return this.#windows.of(name, this.#config.providers[provider]?.kind);
  }

  countTokens(request: ModelRequest): number {
    return this.#counter.count(request);
  }

  async countExactly(request: ModelRequest): Promise<number> {
    const { provider, model } = splitModelName(request.model);
    if (this.#config.providers[provider]?.kind !== "openai") return this.countTokens(request);
    return this.#counter.countExactly(request, encodingOf(model));
  }

  /** Looked up once a day: prices change at midnight, and the catalogue is long. */
  #listPrice(provider: string, model: string): Price | null {
    const now = new Date();
    const day = Math.floor(now.getTime() / 86_400_000);
    const key = `${provider}/${model}`;
    const known = this.#listPrices.get(key);
    if (known?.day === day) return known.price;
    const price = listPrice(provider, model, now);
    this.#listPrices.set(key, { day, price });
    return price;
  }

  async close(): Promise<void> {
    await Promise.all([this.#wire.close(), this.batches.close(), this.#http.close()]);
    const simulators = await Promise.all(this.#simulators.values());
    await Promise.all(simulators.map((simulator) => simulator.close()));
  }

  async reach(provider: string): Promise<{ url: URL; headers: string[] }> {
    const name = `${provider}/probe`;
    const config = this.#provider(name);
    const apiKey = "placeholder-of-the-key";
    const baseURL = await this.#baseURL(provider, config);
    const { url, headers } = await listRequest({ config, baseURL, apiKey });
    const holding = Object.entries(headers).filter(([, value]) => value.includes(apiKey));
    return { url, headers: holding.map(([header]) => header) };
  }

  keyOf(provider: string, scope: CredentialScope): "own" | "platform" | "none" | "missing" {
    const name = `${provider}/any`;
    const config = this.#provider(name);
    if (this.#own(name, scope)) return "own";
    try {
      return this.#key(name, config) ? "platform" : "none";
    } catch {
      return "missing";
    }
  }

  async probe(provider: string, scope: CredentialScope): Promise<string[]> {
    const name = `${provider}/probe`;
    const config = this.#provider(name);
    try {
      const endpoint = await this.#endpoint(name, config, this.#own(name, scope), scope);
      const { place: seal, ...asked } = endpoint;
      const wanted = await listRequest(asked);
      const { url, headers } = seal ? await seal(wanted, null) : wanted;
      const place = { root: url.href, headers };
      return modelNames(await this.#http.json(place, "", z.json(), { timeoutMs: probeMs }));
    } catch (thrown) {
      throw modelError(thrown, contextOf(name, config));
    }
  }

  /** The key that the scope's organisation keeps itself. */
  #own(name: string, scope: CredentialScope | undefined): ProviderCredential | undefined {
    return scope && this.#credentials.ofProvider(splitModelName(name).provider, scope);
  }

  #call(request: ModelRequest): Call {
    const config = this.#provider(request.model);
    const own = this.#own(request.model, request.scope);
    const headers = {
      ...callHeaders(config, own, request),
      ...(isSimulated(config) && { "x-flotilla-step": String(request.step) }),
    };
    return {
      model: () => this.#model(request.model, config, own, request.scope),
      step: request.step,
      context: contextOf(request.model, config),
      timeouts: config.timeouts,
      options: (inner) => callOptions(request, config, headers, inner),
      wasCut: (inner) => this.#wire.wasCut(inner),
      inputText: () => inputTextOf(request),
      answered: ({ usage, usageEstimated }) => {
        if (!usageEstimated) this.#counter.learn(request, usage.inputTokens);
      },
      failed: (error) => {
        if (error.code !== "context_overflow") return;
        this.#windows.refused(request.model, config.kind, error, this.countTokens(request));
      },
    };
  }

  #batched(name: string): BatchedModel {
    const config = this.#provider(name);
    const { model } = splitModelName(name);
    return {
      config,
      name: model,
      context: contextOf(name, config),
      endpoint: () => this.#endpoint(name, config),
      options: (request) => callOptions(request, config, undefined, undefined),
      inputText: inputTextOf,
      price: () => this.price(name),
    };
  }

  #provider(name: string): ProviderConfig {
    const { provider } = splitModelName(name);
    const known = Object.keys(this.#config.providers);
    const config = this.#config.providers[provider];
    if (config) return config;
    const nearest = nearestNames(provider, known).join(", ") || "none";
    const message = `No provider "${provider}" is configured for ${name}; the nearest are: ${nearest}.`;
    throw new FlotillaError("unknown_model", message);
  }

  #checkName(name: string, known: readonly string[]): void {
    const { provider, model } = splitModelName(name);
    const plain = model.split("?")[0] ?? model;
    if (known.includes(plain)) return;
    const nearest = nearestNames(plain, known).map((near) => `${provider}/${near}`);
    const list = nearest.join(", ") || "none (no recordings are there)";
    throw new FlotillaError(
      "unknown_model",
      `There is no model ${name}; the nearest are: ${list}.`,
    );
  }

  /** The key of a provider that needs one. A self-hosted server may need none. */
  #key(name: string, config: ProviderConfig): string | undefined {
    const key = config.apiKey ?? (config.apiKeyEnv ? this.#env[config.apiKeyEnv] : undefined);
    const needed =
      config.apiKeyEnv !== undefined || ["openai", "anthropic", "google"].includes(config.kind);
    if (key || !needed) return key;
    const remedy = `Set ${keyNameOf(name, config)} on the server.`;
    throw new FlotillaError("credentials_missing", `There is no API key for ${name}.`, { remedy });
  }

  async #model(
    name: string,
    config: ProviderConfig,
    own: ProviderCredential | undefined,
    scope: CredentialScope | undefined,
  ): Promise<LanguageModelV4> {
    const apiKey = own?.placeholder ?? this.#key(name, config);
    const key = own ? `${name}#${own.id}` : name;
    const known = this.#models.get(key);
    if (known && known.apiKey === apiKey) return known.model;
    const endpoint = await this.#endpoint(name, config, own, scope);
    const made = languageModel(endpoint, splitModelName(name).model, this.#wire);
    this.#models.set(key, { model: made, apiKey });
    return made;
  }

  async #endpoint(
    name: string,
    config: ProviderConfig,
    own?: ProviderCredential,
    scope?: CredentialScope,
  ): Promise<Endpoint> {
    const { provider } = splitModelName(name);
    const apiKey = own?.placeholder ?? this.#key(name, config);
    const endpoint = { config, baseURL: await this.#baseURL(provider, config), apiKey };
    if (!own || !scope) return endpoint;
    const user = { ...scope, by: "model" };
    return {
      ...endpoint,
      place: (request, runId) => this.#credentials.place(request, { ...user, runId }),
    };
  }

  /** Undefined: the provider package's own. A simulator is started where none runs yet. */
  async #baseURL(provider: string, config: ProviderConfig): Promise<string | undefined> {
    if (config.kind !== "simulated" && config.kind !== "recorded") return config.baseURL;
    if (config.baseURL) return `${config.baseURL.replace(/(\/v1)?\/*$/, "")}/v1`;
    let starting = this.#simulators.get(provider);
    if (!starting) {
      const { latencyMs, tokensPerSecond, simulatorLimits: limits } = config;
      const { simulatorContextWindow: contextWindow } = config;
      const recorded = config.kind === "recorded";
      const brain = recorded ? recordedBrain(this.#config.recordings) : simulatedBrain;
      starting = startSimulator({ brain, latencyMs, tokensPerSecond, limits, contextWindow });
      this.#simulators.set(provider, starting);
    }
    return `${(await starting).url}/v1`;
  }
}

function isSimulated({ kind }: ProviderConfig): boolean {
  return kind === "simulated" || kind === "recorded";
}

function callHeaders(
  config: ProviderConfig,
  own: ProviderCredential | undefined,
  { traceParent, runId }: Pick<ModelRequest, "traceParent" | "runId">,
): Record<string, string> {
  return {
    ...(traceParent && { traceparent: traceParent }),
    ...((isSimulated(config) || own) && { [runHeader]: runId }),
  };
}

function contextOf(model: string, config: ProviderConfig): CallContext {
  return {
    model,
    keyName: keyNameOf(model, config),
    ...(isSimulated(config) && { estimate: (text) => tokensIn(text.length) }),
    now: Date.now,
  };
}

function inputTextOf({ instructions, messages }: ModelRequest): string {
  return instructions + messages.map(messageText).join("\n");
}

function keyNameOf(name: string, config: ProviderConfig): string {
  return config.apiKeyEnv ?? `the apiKey of provider "${splitModelName(name).provider}"`;
}

/** Names of the recordings in a folder; empty when there is none. */
function recordingsIn(folder: string | undefined): string[] {
  if (!folder || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => file.slice(0, -".jsonl".length));
}
