import { finishReasonSchema, jsonObjectSchema, usageSchema } from "@flotilla/core";
import { z } from "zod";
import { namedFaultSchema } from "./named-fault.ts";

/** One assistant turn as scripts and recordings write it. */
export const turnSchema = z.strictObject({
  text: z.string().optional(),
  reasoning: z.string().optional(),
  calls: z
    .array(z.strictObject({ tool: z.string().min(1), input: jsonObjectSchema.default({}) }))
    .optional(),
  /** Default: `tool_calls` with calls, else `stop`. */
  finish: finishReasonSchema.optional(),
  /** What is not named is counted from the texts, four characters to the token. */
  usage: usageSchema.partial().optional(),
  fault: namedFaultSchema.optional(),
});

export type Turn = z.infer<typeof turnSchema>;
