import { breakerStateSchema, targetHealthSchema } from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";

/** A target of a route, as it stands for a call. */
export const routeCandidateSchema = z.object({
  model: z.string(),
  /** Why it is where it is in the order. */
  reason: z.string(),
  /** Whether it can take the call now; `why` says why not. */
  can: z.boolean(),
  why: z.string().nullable(),
});
export type RouteCandidate = z.infer<typeof routeCandidateSchema>;

export const routeTargetStateSchema = routeCandidateSchema.extend({
  /** The classes of task that ask it; empty: those of no class. */
  classes: z.array(z.string()),
  breaker: breakerStateSchema,
  health: targetHealthSchema.nullable(),
});
export type RouteTargetState = z.infer<typeof routeTargetStateSchema>;

export const routeItemSchema = z.object({
  name: z.string(),
  description: z.string(),
  strategy: z.enum(["fallback", "cheapest", "fastest", "weighted", "by_class"]),
  onRefusal: z.enum(["fail", "next"]),
  /** How sure a final answer must be; null: answers are not judged. */
  minimumConfidence: z.number().nullable(),
  /** In the order in which a plain call of no class would try them now, then the others. */
  targets: z.array(routeTargetStateSchema),
});
export type RouteItem = z.infer<typeof routeItemSchema>;

export const routeListSchema = z.object({ items: z.array(routeItemSchema) });

export const routeParamsSchema = z.object({ name: z.string().min(1).max(64) });

/** A call to be tried without making it. */
export const routeTestSchema = z.strictObject({
  text: storableText.max(1_000_000).default(""),
  /** The agent's name, for rules by agent. */
  agent: z.string().min(1).max(64).optional(),
  /** Decides weighted splits. Default: a new one each time. */
  runId: z.string().min(1).max(64).optional(),
  inputTokens: z.int().nonnegative().optional(),
  needsTools: z.boolean().default(false),
  needsJson: z.boolean().default(false),
  needsVision: z.boolean().default(false),
});
export type RouteTest = z.input<typeof routeTestSchema>;

export const routeTestedSchema = z.object({
  route: z.string(),
  /** What would be asked; null: nothing can take the call. */
  model: z.string().nullable(),
  reason: z.string().nullable(),
  taskClass: z.string().nullable(),
  /** The model that would be asked for the class first; nobody is asked here. */
  classifier: z.string().nullable(),
  candidates: z.array(routeCandidateSchema),
});
export type RouteTested = z.infer<typeof routeTestedSchema>;
