import { capacityLimitsSchema, imagePriceSchema, priceSchema } from "@flotilla/core";
import { z } from "zod";
import { limitsSchema } from "./simulated/limits.ts";

/** In milliseconds. Keep-alives count for none of them. */
export const timeoutsSchema = z.strictObject({
  /** From the request to the first token. */
  firstTokenMs: z.int().positive().default(120_000),
  /** Between two tokens. */
  progressMs: z.int().positive().default(60_000),
  totalMs: z.int().positive().default(600_000),
});
export type Timeouts = z.infer<typeof timeoutsSchema>;

const connection = {
  baseURL: z.url({ protocol: /^https?$/ }).optional(),
  apiKey: z.string().min(1).optional(),
  /** The environment variable that holds the key; read at each call, never kept. */
  apiKeyEnv: z.string().min(1).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Whether prompts are laid out for the provider's own cache of prefixes. */
  promptCache: z.boolean().default(true),
  /** Whether its models are shown images. Default: of all kinds but `openai-compatible`. */
  images: z.boolean().optional(),
  timeouts: timeoutsSchema.prefault({}),
  /** A larger answer is cut off and fails; 16 MiB hold more than any model says at once. */
  maxResponseBytes: z
    .int()
    .positive()
    .default(16 * 1024 * 1024),
};

/** What a simulator that is started here is like. */
const simulator = {
  /** To the first byte. */
  latencyMs: z.number().nonnegative().default(0),
  /** Without it an answer comes at once. */
  tokensPerSecond: z.number().positive().optional(),
  /** What it allows each of its models. */
  simulatorLimits: limitsSchema.default({}),
  /** Requests with more input tokens are refused. */
  simulatorContextWindow: z.int().positive().optional(),
};

export const wireFormatSchema = z.enum(["openai-chat", "openai-responses", "anthropic"]);
/** The HTTP API that a simulator is spoken to in. */
export type WireFormat = z.infer<typeof wireFormatSchema>;

/**
 * One provider as the configuration names it. `simulated` and `recorded` start a simulator
 * in this process at the first call, unless `baseURL` names one that runs already.
 */
export const providerConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("openai"),
    api: z.enum(["responses", "chat"]).default("responses"),
    ...connection,
  }),
  z.strictObject({ kind: z.literal("anthropic"), ...connection }),
  z.strictObject({ kind: z.literal("google"), ...connection }),
  z.strictObject({
    kind: z.literal("openai-compatible"),
    ...connection,
    baseURL: z.url({ protocol: /^https?$/ }),
  }),
  z.strictObject({
    kind: z.literal("simulated"),
    format: wireFormatSchema.default("openai-chat"),
    ...simulator,
    ...connection,
  }),
  z.strictObject({
    kind: z.literal("recorded"),
    format: wireFormatSchema.default("openai-chat"),
    ...simulator,
    ...connection,
  }),
]);
export type ProviderConfig = z.infer<typeof providerConfigSchema>;
export type ProviderConfigInput = z.input<typeof providerConfigSchema>;

/** A price, or prices with the day (UTC) from which each holds. */
export const configuredPriceSchema = z.union([
  priceSchema,
  z.array(priceSchema.extend({ from: z.iso.date() })).min(1),
]);
export type ConfiguredPrice = z.infer<typeof configuredPriceSchema>;

export const modelsConfigSchema = z.strictObject({
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/), providerConfigSchema),
  /** By `provider/model`; they replace the list prices. */
  prices: z.record(z.string(), configuredPriceSchema).default({}),
  /** What images cost, by `provider/model`; they replace the list prices. */
  imagePrices: z.record(z.string(), imagePriceSchema).default({}),
  /** By `provider/model`, or by provider for each of its models; what is not said is learned. */
  limits: z.record(z.string(), capacityLimitsSchema).default({}),
  /** By `provider/model`, or by provider for each of its models; they replace those known publicly. */
  contextWindows: z.record(z.string(), z.int().positive()).default({}),
  /** The folder of the recordings: `recorded/<name>` replays `<name>.jsonl`. */
  recordings: z.string().optional(),
});
export type ModelsConfig = z.infer<typeof modelsConfigSchema>;
export type ModelsConfigInput = z.input<typeof modelsConfigSchema>;

/**
 * The providers that work without any configuration: the three large ones once their key
 * is set, a local Ollama, and the two that need nothing. `OPENAI_BASE_URL`,
 * `ANTHROPIC_BASE_URL` and `OLLAMA_BASE_URL` point them elsewhere.
 */
export function defaultProviders(
  env: Record<string, string | undefined>,
): Record<string, ProviderConfigInput> {
  const at = (name: string) => (env[name] ? { baseURL: env[name] } : {});
  return {
    openai: { kind: "openai", apiKeyEnv: "OPENAI_API_KEY", ...at("OPENAI_BASE_URL") },
    anthropic: { kind: "anthropic", apiKeyEnv: "ANTHROPIC_API_KEY", ...at("ANTHROPIC_BASE_URL") },
    google: { kind: "google", apiKeyEnv: "GOOGLE_GENERATIVE_AI_API_KEY" },
    ollama: {
      kind: "openai-compatible",
      baseURL: env["OLLAMA_BASE_URL"] || "http://127.0.0.1:11434/v1",
    },
    simulated: { kind: "simulated" },
    recorded: { kind: "recorded" },
  };
}
