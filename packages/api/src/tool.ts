import { jsonObjectSchema, toolRisks } from "@flotilla/core";
import { z } from "zod";

export const toolSchema = z.object({
  name: z.string(),
  description: z.string(),
  input: jsonObjectSchema,
  output: jsonObjectSchema,
  /** What a call can do to the world outside the run. */
  risk: z.enum(toolRisks),
  /** The engine performs its calls itself. */
  by: z.literal("engine").optional(),
  recovery: z.enum(["idempotent", "reconcile", "unknown"]),
  timeoutMs: z.number(),
  maxAttempts: z.int(),
});
export const toolListSchema = z.object({ items: z.array(toolSchema) });
