import { toolUsageSchema } from "@flotilla/core";
import { z } from "zod";
import { longPageQuerySchema, pageSchema } from "./page.ts";

const mostHours = 24 * 400;

export const toolUsageQuerySchema = longPageQuerySchema.extend({
  /** How far back, from now; whole hours are counted. */
  hours: z.coerce.number().int().min(1).max(mostHours).default(24),
});
export type ToolUsageQuery = z.input<typeof toolUsageQuerySchema>;

/** By tool; those that were not called in that time are left out. */
export const toolUsagePageSchema = pageSchema(toolUsageSchema);
export type ToolUsagePage = z.infer<typeof toolUsagePageSchema>;
