import { z } from "zod";
import { modelNameSchema } from "./model-name.ts";
import { modelSettingsSchema } from "./model-settings.ts";
import { acceptanceCheckSchema } from "./plan.ts";

const planner = {
  plannerModel: modelNameSchema.optional().describe("Who plans. Default: the agent's model."),
  review: z.boolean().default(false).describe("A person approves the plan before its first step."),
  maxReplans: z.int().min(0).max(20).default(2).describe("New plans after steps that failed."),
  stepTries: z.int().min(1).max(10).default(2).describe("Tries of one step of the plan."),
  maxPlanSteps: z.int().min(1).max(200).default(30).describe("Steps of a plan at most."),
};

/** How an agent goes about its task. All strategies run in the same loop. */
export const strategySchema = z.union([
  /** Thinks and acts in turns until it answers. */
  z.literal("react"),
  z.discriminatedUnion("kind", [
    /** The whole plan before its first step, then step by step. */
    z.strictObject({ kind: z.literal("plan_and_solve"), ...planner }),
    /** Plans, and gives steps to other agents, side by side where the plan allows. */
    z.strictObject({ kind: z.literal("hierarchical"), ...planner }),
    /** Answers, is judged, learns, and tries again with the lesson. */
    z.strictObject({
      kind: z.literal("reflexion"),
      checks: z
        .array(acceptanceCheckSchema)
        .min(1)
        .max(20)
        .describe("What an answer has to pass to be good."),
      criticModel: modelNameSchema.optional().describe("Who judges. Default: the agent's model."),
      maxTries: z.int().min(1).max(10).default(3).describe("Tries in all."),
      onExhausted: z
        .enum(["best", "fail"])
        .default("fail")
        .describe("When no try was good enough: the best one is the answer, or the run fails."),
    }),
  ]),
]);
export type Strategy = z.infer<typeof strategySchema>;

/** What an agent does otherwise for tasks of a class, such as `analytical` or `creative`. */
export const taskClassSchema = z.strictObject({
  /** Words of the input that tell the class where no model classifies. */
  keywords: z.array(z.string().min(1).max(100)).max(50).default([]),
  strategy: strategySchema.optional(),
  model: modelNameSchema.optional(),
  settings: modelSettingsSchema.optional(),
});
export type TaskClass = z.infer<typeof taskClassSchema>;
