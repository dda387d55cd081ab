import { z } from "zod";
import { jsonObjectSchema, jsonSchema } from "./json.ts";

/** A call of a tool as its documentation shows it. */
export const toolExampleSchema = z.strictObject({
  input: jsonObjectSchema,
  /** What it answers. */
  output: jsonSchema.optional(),
  /** It harms nobody and needs nothing, so that the contract tests make it and compare what it answers. */
  runs: z.boolean().optional(),
});
export type ToolExample = z.infer<typeof toolExampleSchema>;
