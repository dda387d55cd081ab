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
  maxSteps: z.int().min(1).max(10_000).default(50).describe("Model calls in one run."),
  maxTokens: z
    .int()
    .positive()
    .optional()
    .describe("Input and output tokens of all model calls of one run."),
  maxCostUsd: z.number().positive().optional().describe("What one run may cost, in USD."),
  maxWallSeconds: z
    .number()
    .positive()
    .max(30 * 86_400)
    .default(3_600)
    .describe(
      "From the start of the run; time spent waiting for a person or for a turn at a provider does not count.",
    ),
});

export const retrySchema = z.strictObject({
  maxAttempts: z
    .int()
    .min(1)
    .max(20)
    .default(5)
    .describe("Tries of one model call before the run fails."),
  baseMs: z
    .int()
    .min(1)
    .max(60_000)
    .default(500)
    .describe("First back-off, in milliseconds; doubles with each attempt, with full jitter."),
});

export const contextSettingsSchema = z.strictObject({
  compactAt: z
    .number()
    .min(0.1)
    .max(1)
    .optional()
    .describe(
      "Part of the model's room for input: a request that needs more is made shorter first, by a summary of the earlier steps. Default: 0.85.",
    ),
  keepRecentTurns: z
    .int()
    .min(0)
    .max(1_000)
    .optional()
    .describe("Steps at the end that stay word for word, as far as they fit. Default: 8."),
  maxResultBytes: z
    .int()
    .min(4_096)
    .max(262_144)
    .optional()
    .describe(
      "Larger results of tools are kept as artifacts; the model sees a preview. Default: 32 KiB.",
    ),
  model: modelNameSchema.optional().describe("Who summarises. Default: the model that is called."),
});

/** Whom an agent may work with. */
export const teamSchema = z.strictObject({
  workers: z.array(agentNameSchema).max(100).default([]).describe("Agents it may delegate to."),
  handoffs: z
    .array(agentNameSchema)
    .max(100)
    .default([])
    .describe("Agents it may hand the conversation over to."),
  maxDepth: z.int().min(1).max(10).default(3).describe("Levels of runs below the first one."),
  maxChildren: z.int().min(1).max(1_000).default(100).describe("Runs that one run may start."),
  blackboard: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), jsonObjectSchema)
    .default({})
    .describe("The keys that the runs of a tree share, each with the JSON Schema of its value."),
});
export type TeamSettings = z.infer<typeof teamSchema>;

/** Where the files tools of its runs work. */
export const workspaceSchema = z.strictObject({
  shared: agentNameSchema.describe(
    "A folder that all runs share whose agents name it, within their organisation and environment.",
  ),
});

/** What happens when a tool keeps failing. */
export const recoverySchema = z.strictObject({
  toolTries: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("How often the model is told of the same failure of a tool before that."),
  onToolFailure: z
    .enum(["fail", "ask"])
    .default("fail")
    .describe("The run fails, or a person is asked."),
});

/** Whom an agent is shown to beside those who use the API. */
export const publishSchema = z.strictObject({
  mcp: z
    .boolean()
    .default(true)
    .describe("It is a tool of the MCP server, for those who may run it."),
  a2a: z
    .boolean()
    .default(false)
    .describe("It has an agent card, and takes messages of other agents by the A2A protocol."),
});

/**
 * An agent as a person writes it: the same schema for a YAML file, the API and the UI, which shows what is said of
 * its fields here. Each change makes a new version; a run pins the version it started with.
 */
export const agentSpecSchema = z.strictObject({
  name: agentNameSchema.describe("How it is called, for good: 1 to 64 of a-z, 0-9 and -."),
  description: z
    .string()
    .max(1_000)
    .default("")
    .describe("For people, and for agents that call it."),
  instructions: z
    .string()
    .max(100_000)
    .default("")
    .describe("What the model is told before everything else."),
  model: modelNameSchema.describe("A model as provider/model, or a route as route/name."),
  settings: modelSettingsSchema.prefault({}),
  tools: z
    .array(z.string().min(1).max(64))
    .max(128)
    .default([])
    .describe("Names of registered tools the agent may call."),
  output: jsonObjectSchema
    .optional()
    .describe("JSON Schema of the final answer. Without it the answer is text."),
  outputRepairs: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe("How often the model is shown its mistake when its answer does not fit `output`."),
  context: contextSettingsSchema
    .optional()
    .describe("What happens to a history that outgrows the model's context."),
  limits: limitsSchema.prefault({}),
  retry: retrySchema.prefault({}),
  cache: cacheSchema
    .default(false)
    .describe("Whether answers given before serve calls that are the same."),
  strategy: strategySchema.default("react").describe("How it goes about its task."),
  taskClasses: z
    .record(agentNameSchema, taskClassSchema)
    .optional()
    .describe("By name; the class of a task decides how the agent goes about it."),
  approvals: z
    .array(globSchema)
    .max(128)
    .optional()
    .describe("Tools, with `*` for any text, whose calls a person approves first."),
  interrupts: interruptSettingsSchema
    .optional()
    .describe("When and of whom its approvals and questions are asked."),
  team: teamSchema.optional(),
  recovery: recoverySchema.optional(),
  workspace: workspaceSchema.optional().describe("Left out: each run has a folder of its own."),
  publish: publishSchema.optional(),
});

export type AgentSpec = z.infer<typeof agentSpecSchema>;
export type AgentSpecInput = z.input<typeof agentSpecSchema>;
export type Limits = z.infer<typeof limitsSchema>;
export type RetrySettings = z.infer<typeof retrySchema>;

/** The version of a run whose agent is in its own journal: it was tried before it was saved. */
export const draftVersion = 0;

/** A version for people: `v3`, or `draft`. */
export function versionWord(version: number): string {
  return version === draftVersion ? "draft" : `v${version}`;
}

/** One immutable version of an agent. */
export const agentSchema = z.object({
  id: z.string(),
  name: agentNameSchema,
  version: z.int().positive(),
  spec: agentSpecSchema,
  /** What whoever made the version says of it. */
  note: z.string(),
  /** Who made it; null where that was not kept. */
  createdBy: z.string().nullable(),
  createdAt: z.iso.datetime(),
  archivedAt: z.iso.datetime().nullable(),
});

export type Agent = z.infer<typeof agentSchema>;
