import { z } from "zod";
import { diffLineSchema } from "./diff-lines.ts";
import { jsonSchema } from "./json.ts";
import { runStatusSchema } from "./run.ts";

/** A step as it is held against another: the answer of a model, or a tool call with its result. */
export const comparableStepSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("model"),
    step: z.int(),
    /** The target that was asked last. */
    model: z.string(),
    status: z.string(),
    text: z.string(),
    calls: z.array(z.object({ tool: z.string(), input: jsonSchema })),
    inputTokens: z.int(),
    outputTokens: z.int(),
    /** With the attempts that came to nothing; null when a price is unknown. */
    costMicros: z.int().nullable(),
    ms: z.int().nullable(),
  }),
  z.object({
    kind: z.literal("tool"),
    step: z.int(),
    callId: z.string(),
    tool: z.string(),
    input: jsonSchema,
    status: z.string(),
    output: jsonSchema,
    error: z.string().nullable(),
    ms: z.int().nullable(),
  }),
]);
export type ComparableStep = z.infer<typeof comparableStepSchema>;

export const stepDifferences = ["text", "calls", "input", "output", "status"] as const;

export const comparedStepSchema = z.object({
  /** `added` are steps of b alone, `removed` those of a alone. */
  change: z.enum(["same", "changed", "added", "removed"]),
  /** What is not the same of a pair; empty otherwise. */
  differs: z.array(z.enum(stepDifferences)),
  a: comparableStepSchema.nullable(),
  b: comparableStepSchema.nullable(),
});
export type ComparedStep = z.infer<typeof comparedStepSchema>;

/** The figures of a run. */
export const comparedRunSchema = z.object({
  runId: z.string(),
  agentName: z.string(),
  agentVersion: z.int(),
  status: runStatusSchema,
  /** Completed model calls, those taken over from another run with them. */
  steps: z.int(),
  toolCalls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costMicros: z.int(),
  costIncomplete: z.boolean(),
  /** What a fork took over from its source, which has paid for it: it is in no figure but the steps and calls. */
  reused: z
    .object({
      steps: z.int(),
      inputTokens: z.int(),
      outputTokens: z.int(),
      costMicros: z.int(),
    })
    .nullable(),
  /** From its start to its end without what it waited; null while it has not ended. */
  tookMs: z.int().nullable(),
});
export type ComparedRun = z.infer<typeof comparedRunSchema>;

/** Two runs side by side. */
export const runComparisonSchema = z.object({
  a: comparedRunSchema,
  b: comparedRunSchema,
  steps: z.array(comparedStepSchema),
  counts: z.object({
    same: z.int(),
    changed: z.int(),
    added: z.int(),
    removed: z.int(),
  }),
  output: z.object({
    same: z.boolean(),
    a: jsonSchema,
    b: jsonSchema,
    /** Line by line; empty when they are the same. */
    lines: z.array(diffLineSchema),
  }),
});
export type RunComparison = z.infer<typeof runComparisonSchema>;
