import { z } from "zod";
import { cacheSchema } from "./cache.ts";
import { jsonObjectSchema } from "./json.ts";
import { modelSettingsSchema } from "./model-settings.ts";

export const agentNameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    "use 1 to 64 of a-z, 0-9 and - (not at the ends)",
  );

/** `provider/model`, where the provider is a configured name: `openai/gpt-5-mini`. */
export const modelNameSchema = z
  .string()
  .max(200)
  .regex(
    /^[a-z0-9][a-z0-9_-]*\/\S+$/,
    "name a model as provider/model, for example openai/gpt-5-mini",
  );

export const limitsSchema = z.strictObject({
  /** Model calls in one run. */
  maxSteps: z.int().min(1).max(10_000).default(50),
  /** Input and output tokens of all model calls of one run. */
  maxTokens: z.int().positive().optional(),
  maxCostUsd: z.number().positive().optional(),
  /** From the start of the run; time spent waiting for a person or for a turn at a provider does not count. */
  maxWallSeconds: z
    .number()
    .positive()
    .max(30 * 86_400)
    .default(3_600),
});

export const retrySchema = z.strictObject({
  /** Tries of one model call before the run fails. */
  maxAttempts: z.int().min(1).max(20).default(5),
  /** First back-off, in milliseconds; doubles with each attempt, with full jitter. */
  baseMs: z.int().min(1).max(60_000).default(500),
});

export const contextSettingsSchema = z.strictObject({
  /**
   * Part of the model's room for input: a request that needs more is made shorter first, by a
   * summary of the earlier steps. Default: 0.85.
   */
  compactAt: z.number().min(0.1).max(1).optional(),
  /** Steps at the end that stay word for word, as far as they fit. Default: 8. */
  keepRecentTurns: z.int().min(0).max(1_000).optional(),
  /** Larger results of tools are kept as artifacts; the model sees a preview. Default: 32 KiB. */
  maxResultBytes: z.int().min(4_096).max(262_144).optional(),
  /** Who summarises. Default: the model that is called. */
  model: modelNameSchema.optional(),
});

/**
 * An agent as a person writes it: the same schema for a YAML file, the API and the UI.
 * Each change makes a new version; a run pins the version it started with.
 */
export const agentSpecSchema = z.strictObject({
  name: agentNameSchema,
  description: z.string().max(1_000).default(""),
  instructions: z.string().max(100_000).default(""),
  model: modelNameSchema,
  settings: modelSettingsSchema.prefault({}),
  /** Names of registered tools the agent may call. */
  tools: z.array(z.string().min(1).max(64)).max(128).default([]),
  /** JSON Schema of the final answer. Without it the answer is text. */
  output: jsonObjectSchema.optional(),
  /** How often the model is shown its mistake when its answer does not fit `output`. */
  outputRepairs: z.int().min(0).max(5).default(2),
  /** What happens to a history that outgrows the model's context. */
  context: contextSettingsSchema.optional(),
  limits: limitsSchema.prefault({}),
  retry: retrySchema.prefault({}),
  /** Whether answers given before serve calls that are the same. */
  cache: cacheSchema.default(false),
  strategy: z.enum(["react"]).default("react"),
});

export type AgentSpec = z.infer<typeof agentSpecSchema>;
export type AgentSpecInput = z.input<typeof agentSpecSchema>;
export type Limits = z.infer<typeof limitsSchema>;
export type RetrySettings = z.infer<typeof retrySchema>;

/** One immutable version of an agent. */
export const agentSchema = z.object({
  id: z.string(),
  name: agentNameSchema,
  version: z.int().positive(),
  spec: agentSpecSchema,
  createdAt: z.iso.datetime(),
  archivedAt: z.iso.datetime().nullable(),
});

export type Agent = z.infer<typeof agentSchema>;
