import { z } from "zod";
import { defineTool } from "../tool.ts";

const delegateInput = z.strictObject({
  agent: z.string().min(1).max(64).describe("The name of the agent that does it"),
  task: z
    .string()
    .min(1)
    .max(200_000)
    .describe("All that it has to know: it sees nothing of this conversation"),
  budgetUsd: z
    .number()
    .positive()
    .optional()
    .describe("What it may cost at most; left out: an equal share of what is left"),
});

/** Has another agent do a part of the work, in a run of its own; its answer is the result. */
export const delegate = defineTool({
  name: "delegate",
  description:
    "Has another agent of the team do a part of the work and answers with its result. Several calls in one answer are done side by side.",
  input: delegateInput,
  output: z.json(),
  risk: "write",
  reach: "run",
  by: "engine",
  recovery: "idempotent",
  timeoutMs: 1_000,
  maxAttempts: 1,
  examples: [{ input: { agent: "translator", task: "Translate notes.md into French." } }],
  call() {
    throw new Error("delegate is performed by the engine");
  },
});
