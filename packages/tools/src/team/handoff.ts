import { z } from "zod";
import { defineTool } from "../tool.ts";

/** The conversation goes on with another agent, which sees all of it. */
export const handoff = defineTool({
  name: "handoff",
  description:
    "Hands this conversation over to another agent, which goes on with it in your place. Use it when the other one is better suited to all that follows.",
  input: z.strictObject({
    agent: z.string().min(1).max(64).describe("The name of the agent that goes on"),
    note: z
      .string()
      .max(10_000)
      .default("")
      .describe("What it should know, beside the conversation"),
  }),
  output: z.json(),
  risk: "write",
  reach: "run",
  by: "engine",
  recovery: "idempotent",
  timeoutMs: 1_000,
  maxAttempts: 1,
  examples: [{ input: { agent: "billing", note: "The customer asks about invoice 4711." } }],
  call() {
    throw new Error("handoff is performed by the engine");
  },
});
