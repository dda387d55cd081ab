import { z } from "zod";
import { errorRecordSchema } from "./error.ts";
import { jsonObjectSchema, jsonSchema } from "./json.ts";

export const planStepIdSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/, "use 1 to 64 of a-z, 0-9, _ and -");

/** How it is judged whether a result is good enough. */
export const acceptanceCheckSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("contains"), text: z.string().min(1).max(2_000) }),
  z.strictObject({ kind: z.literal("regex"), pattern: z.string().min(1).max(1_000) }),
  /** The last number of the result. */
  z.strictObject({
    kind: z.literal("number"),
    equals: z.number(),
    tolerance: z.number().nonnegative().default(0),
  }),
  z.strictObject({ kind: z.literal("schema"), schema: jsonObjectSchema }),
  /** A tool is called with `input`, and the result beside it as `answer`: it says whether that passes. */
  z.strictObject({
    kind: z.literal("tool"),
    tool: z.string().min(1).max(64),
    input: jsonObjectSchema.default({}),
  }),
  /** A model judges by these words. */
  z.strictObject({ kind: z.literal("critic"), criteria: z.string().min(1).max(4_000) }),
]);
export type AcceptanceCheck = z.infer<typeof acceptanceCheckSchema>;

/** Who does a step: the agent itself with its tools, one call of a tool, or a run of another agent. */
export const planUseSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("self") }),
  z.strictObject({ kind: z.literal("tool"), tool: z.string().min(1).max(64), input: jsonSchema }),
  z.strictObject({ kind: z.literal("agent"), agent: z.string().min(1).max(64) }),
]);

/** A step as a planner or a person writes it. */
export const intendedStepSchema = z.strictObject({
  id: planStepIdSchema,
  /** What is to be done, for whoever does it. */
  intent: z.string().min(1).max(4_000),
  uses: planUseSchema.default({ kind: "self" }),
  /** Given to whoever does it, beside the results of the steps it depends on. */
  inputs: jsonObjectSchema.default({}),
  dependsOn: z.array(planStepIdSchema).max(100).default([]),
  budgetMicros: z.int().positive().optional(),
  check: acceptanceCheckSchema.optional(),
});
export type IntendedStep = z.infer<typeof intendedStepSchema>;

export const planStepStatuses = ["pending", "running", "done", "failed", "skipped"] as const;
export type PlanStepStatus = (typeof planStepStatuses)[number];

export const planEditSchema = z.discriminatedUnion("edit", [
  /** `at`: its place, from 0; default: the end. */
  z.strictObject({
    edit: z.literal("add"),
    step: intendedStepSchema,
    at: z.int().nonnegative().optional(),
  }),
  z.strictObject({ edit: z.literal("remove"), id: planStepIdSchema }),
  z.strictObject({ edit: z.literal("move"), id: planStepIdSchema, at: z.int().nonnegative() }),
  z.strictObject({
    edit: z.literal("change"),
    id: planStepIdSchema,
    changes: z.strictObject({
      intent: intendedStepSchema.shape.intent.optional(),
      uses: planUseSchema.optional(),
      inputs: jsonObjectSchema.optional(),
      dependsOn: z.array(planStepIdSchema).max(100).optional(),
      /** null takes it away. */
      budgetMicros: z.int().positive().nullable().optional(),
      check: acceptanceCheckSchema.nullable().optional(),
    }),
  }),
]);
export type PlanEdit = z.infer<typeof planEditSchema>;

export interface PlanStep extends IntendedStep {
  status: PlanStepStatus;
  /** The number of its last try: no two in a run have the same. */
  attempts: number;
  /** Times it was begun since it was planned, or changed last. */
  tries: number;
  /** Model steps of the run that were completed when it was begun last. */
  after: number;
  result: z.infer<typeof jsonSchema>;
  /** How its last try failed; null once it is done. */
  error: z.infer<typeof errorRecordSchema> | null;
  startedAt: string | null;
  endedAt: string | null;
}

/** A versioned DAG of intended steps, in the order in which they are shown. */
export interface Plan {
  /** From 1; every edit makes the next one. */
  version: number;
  goal: string;
  steps: PlanStep[];
  /** The newest version that is a whole plan of its own, not an edit of the one before. */
  planned: number;
  /** Model steps of the run that were completed when that was made. */
  after: number;
  /** How often steps were begun in this run, by id, in whichever version they were. */
  begun: Readonly<Record<string, number>>;
  /** New plans after steps that failed. */
  replans: number;
  /** The last edit that was taken in of those that lay for the worker of the run. */
  taken: number;
}

/** Of an edit that lay for the worker of the run: each is taken in once. */
const editNumber = z.int().positive();

export const planEvents = [
  /** A whole plan; what was done before stays done, by id. */
  z.object({
    type: z.literal("plan.created"),
    version: z.int().positive(),
    goal: z.string(),
    steps: z.array(intendedStepSchema),
    by: z.string(),
    /** What was wrong with the one before; left out for the first one. */
    cause: z.enum(["rejected", "failed"]).optional(),
    /** In words. */
    reason: z.string().optional(),
  }),
  z.object({
    type: z.literal("plan.edited"),
    /** The new one. */
    version: z.int().positive(),
    edits: z.array(planEditSchema).min(1),
    by: z.string(),
    reason: z.string().optional(),
    number: editNumber.optional(),
  }),
  /** An edit came too late: the plan had changed meanwhile. */
  z.object({
    type: z.literal("plan.edit_refused"),
    /** The version it was made for. */
    version: z.int().positive(),
    edits: z.array(planEditSchema).min(1),
    by: z.string(),
    problems: z.array(z.string()).min(1),
    number: editNumber.optional(),
  }),
  z.object({
    type: z.literal("plan_step.started"),
    id: planStepIdSchema,
    attempt: z.int().positive(),
  }),
  z.object({ type: z.literal("plan_step.done"), id: planStepIdSchema, result: jsonSchema }),
  z.object({
    type: z.literal("plan_step.failed"),
    id: planStepIdSchema,
    error: errorRecordSchema,
    /** It is not tried again as it is. */
    final: z.boolean(),
  }),
  z.object({ type: z.literal("plan_step.skipped"), id: planStepIdSchema, reason: z.string() }),
  /** What a failed try taught; the next one is told. */
  z.object({
    type: z.literal("lesson.learnt"),
    /** The model step that it is about. */
    step: z.int().nonnegative(),
    planStep: planStepIdSchema.optional(),
    lesson: z.string(),
    problems: z.array(z.string()),
  }),
] as const;

/** What a model call is for. */
export const stepPurposeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("plan") }),
  z.object({ kind: z.literal("plan_step"), id: planStepIdSchema, attempt: z.int().positive() }),
  /** Of a run that learns from its tries; from 1. */
  z.object({ kind: z.literal("try"), number: z.int().positive() }),
  /** Of the answer of that model step, or of what a step of the plan came to by then. */
  z.object({
    kind: z.literal("critique"),
    step: z.int().nonnegative(),
    planStep: planStepIdSchema.optional(),
  }),
  z.object({ kind: z.literal("answer") }),
]);
export type StepPurpose = z.infer<typeof stepPurposeSchema>;
