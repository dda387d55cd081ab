import { z } from "zod";
import { cacheSchema } from "./cache.ts";
import { globSchema } from "./glob.ts";
import { interruptSettingsSchema } from "./interrupt.ts";
import { jsonObjectSchema } from "./json.ts";
import { modelNameSchema } from "./model-name.ts";
import { modelSettingsSchema } from "./model-settings.ts";
import { strategySchema, taskClassSchema } from "./strategy.ts";

export const agentNameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    "use 1 to 64 of a-z, 0-9 and - (not at the ends)",
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

/** Whom an agent may work with. */
export const teamSchema = z.strictObject({
  /** Agents it may delegate to. */
  workers: z.array(agentNameSchema).max(100).default([]),
  /** Agents it may hand the conversation over to. */
  handoffs: z.array(agentNameSchema).max(100).default([]),
  /** Levels of runs below the first one. */
  maxDepth: z.int().min(1).max(10).default(3),
  /** Runs that one run may start. */
  maxChildren: z.int().min(1).max(1_000).default(100),
  /** The keys that the runs of a tree share, each with the JSON Schema of its value. */
  blackboard: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), jsonObjectSchema).default({}),
});
export type TeamSettings = z.infer<typeof teamSchema>;

/** Where the files tools of its runs work. */
export const workspaceSchema = z.strictObject({
  /** A folder that all runs share whose agents name it, within their organisation and environment. */
  shared: agentNameSchema,
});

/** What happens when a tool keeps failing. */
export const recoverySchema = z.strictObject({
  /** How often the model is told of the same failure of a tool before that. */
  toolTries: z.int().min(1).max(100).default(5),
  /** The run fails, or a person is asked. */
  onToolFailure: z.enum(["fail", "ask"]).default("fail"),
});

/** Whom an agent is shown to beside those who use the API. */
export const publishSchema = z.strictObject({
  /** It is a tool of the MCP server, for those who may run it. */
  mcp: z.boolean().default(true),
  /** It has an agent card, and takes messages of other agents by the A2A protocol. */
  a2a: z.boolean().default(false),
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
  strategy: strategySchema.default("react"),
  /** By name; the class of a task decides how the agent goes about it. */
  taskClasses: z.record(agentNameSchema, taskClassSchema).optional(),
  /** Tools, with `*` for any text, whose calls a person approves first. */
  approvals: z.array(globSchema).max(128).optional(),
  /** When and of whom its approvals and questions are asked. */
  interrupts: interruptSettingsSchema.optional(),
  team: teamSchema.optional(),
  recovery: recoverySchema.optional(),
  /** Left out: each run has a folder of its own. */
  workspace: workspaceSchema.optional(),
  publish: publishSchema.optional(),
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
