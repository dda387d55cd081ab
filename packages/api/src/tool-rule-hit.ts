import { toolRuleHitSchema } from "@flotilla/core";
import { z } from "zod";
import { longPageQuerySchema, pageSchema } from "./page.ts";

export const toolRuleHitsQuerySchema = longPageQuerySchema.extend({
  /** How far back, from now; whole hours are counted. */
  days: z.coerce.number().int().min(1).max(400).default(7),
});
export type ToolRuleHitsQuery = z.input<typeof toolRuleHitsQuerySchema>;

/** By rule, also of rules that are gone; those that decided nothing in that time are left out. */
export const toolRuleHitPageSchema = pageSchema(toolRuleHitSchema);
export type ToolRuleHitPage = z.infer<typeof toolRuleHitPageSchema>;
