import { intendedStepSchema, type JsonObject } from "@flotilla/core";
import { z } from "zod";

/** A plan as a model answers it. */
export const planProposalSchema = z.strictObject({
  goal: z.string().min(1).max(4_000),
  steps: z.array(intendedStepSchema).max(200),
});
export type PlanProposal = z.infer<typeof planProposalSchema>;

const text = { type: "string" };
const object = { type: "object" };

/** The same for providers that hold a model to a schema: what most of them understand, and no more. */
export const planProposalOutput: JsonObject = {
  type: "object",
  properties: {
    goal: text,
    steps: {
      type: "array",
      items: {
        type: "object",
        properties: {
          id: text,
          intent: text,
          uses: {
            type: "object",
            properties: {
              kind: { type: "string", enum: ["self", "tool", "agent"] },
              tool: text,
              input: object,
              agent: text,
            },
            required: ["kind"],
          },
          inputs: object,
          dependsOn: { type: "array", items: text },
          budgetMicros: { type: "integer" },
          check: object,
        },
        required: ["id", "intent"],
      },
    },
  },
  required: ["goal", "steps"],
};

/** What a critic says of an answer. */
export const verdictSchema = z.object({
  passed: z.boolean(),
  problems: z.array(z.string()).default([]),
  lesson: z.string().default(""),
});

export const verdictOutput: JsonObject = {
  type: "object",
  properties: {
    passed: { type: "boolean" },
    problems: { type: "array", items: text },
    lesson: text,
  },
  required: ["passed", "problems", "lesson"],
  additionalProperties: false,
};
