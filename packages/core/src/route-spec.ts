import { z } from "zod";
import { agentNameSchema } from "./agent.ts";
import { modelNameSchema } from "./model-name.ts";

/** A model that a route may choose, and what it can do; what is not said is assumed to work. */
export const routeTargetSchema = z.strictObject({
  /** `provider/model`, or `route/<name>` for the targets of another route. */
  model: modelNameSchema,
  /** Its part of a weighted split. */
  weight: z.number().nonnegative().default(1),
  /** Tokens of its context window, where the catalogue does not know it or is wrong. */
  context: z.int().positive().optional(),
  tools: z.boolean().default(true),
  vision: z.boolean().default(true),
  /** It can be held to a JSON Schema. */
  json: z.boolean().default(true),
});
export type RouteTarget = z.infer<typeof routeTargetSchema>;

/** A target with nothing to say about it may be given as its name alone. */
const targetsSchema = z.array(
  z.preprocess(
    (given) => (typeof given === "string" ? { model: given } : given),
    routeTargetSchema,
  ),
);

const regexSchema = z.string().refine(isRegex, "is no regular expression");

/** What makes a run belong to a class of task; any one of a class's rules is enough. */
const classRuleSchema = z.union([
  /** Words that the input holds, whatever their case. */
  z.string().min(1),
  z.strictObject({ regex: regexSchema }),
  z.strictObject({ agent: agentNameSchema }),
]);

const taskClassSchema = z.strictObject({
  /** Rules are tried in the order in which the classes are written. */
  match: z.array(classRuleSchema).default([]),
  /** In words, for the model that classifies. */
  description: z.string().max(500).default(""),
  targets: targetsSchema.min(1),
});

const scorerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("rules"),
    /** Each that matches the answer lowers the confidence to its score. */
    patterns: z.array(z.strictObject({ regex: regexSchema, score: score() })).default([]),
    /** The confidence of an answer whose last number is not the last result of the calculator. */
    calculator: score().optional(),
    /** The confidence of an answer that does not match this. */
    requires: z.strictObject({ regex: regexSchema, score: score() }).optional(),
  }),
  z.strictObject({
    kind: z.literal("model"),
    /** It is shown the question and the answer, and says 0 to 1. */
    model: modelNameSchema,
    prompt: z.string().min(1).max(10_000).optional(),
  }),
]);
export type Scorer = z.infer<typeof scorerSchema>;

const confidenceSchema = z.strictObject({
  /** A final answer below it is asked of the next target. */
  minimum: score(),
  scorer: scorerSchema,
});
export type ConfidenceSpec = z.infer<typeof confidenceSchema>;

/**
 * A route: a name for several models. `fallback`: in order. `cheapest`: by what the call will probably
 * cost, unknown prices last. `fastest`: by what was measured lately. `weighted`: in parts, the same
 * run always the same. `by_class`: by the class of the task.
 */
export const routeSpecSchema = z.strictObject({
  description: z.string().max(1_000).default(""),
  strategy: z.enum(["fallback", "cheapest", "fastest", "weighted", "by_class"]).default("fallback"),
  /** With `by_class`: for tasks of no class. */
  targets: targetsSchema.min(1),
  classes: z.record(agentNameSchema, taskClassSchema).default({}),
  /** A small model that is asked for the class where no rule matches. */
  classifier: z
    .strictObject({ model: modelNameSchema, prompt: z.string().min(1).max(10_000).optional() })
    .optional(),
  /** What follows when a target refuses the content: the end of the run, or the next target. */
  onRefusal: z.enum(["fail", "next"]).default("fail"),
  confidence: confidenceSchema.optional(),
});
export type RouteSpec = z.infer<typeof routeSpecSchema>;
export type RouteSpecInput = z.input<typeof routeSpecSchema>;

export const routesSchema = z.record(agentNameSchema, routeSpecSchema);

function score() {
  return z.number().min(0).max(1);
}

function isRegex(source: string): boolean {
  try {
    return Boolean(new RegExp(source));
  } catch {
    return false;
  }
}
