import { jsonObjectSchema } from "@flotilla/core";
import { z } from "zod";

export const toolSchema = z.object({
  name: z.string(),
  description: z.string(),
  input: jsonObjectSchema,
  output: jsonObjectSchema,
  recovery: z.enum(["idempotent", "reconcile", "unknown"]),
  timeoutMs: z.number(),
  maxAttempts: z.int(),
});
export const toolListSchema = z.object({ items: z.array(toolSchema) });
