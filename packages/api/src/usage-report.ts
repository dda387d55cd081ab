import {
  agentNameSchema,
  organisationSchema,
  usageDimensionSchema,
  usageItemSchema,
  userSchema,
} from "@flotilla/core";
import { z } from "zod";
import { pageQuerySchema, pageSchema } from "./page.ts";

export const usageQuerySchema = pageQuerySchema.extend({
  by: usageDimensionSchema.default("user"),
  /** First and last day (UTC), as 2026-01-31. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  user: userSchema.optional(),
  agent: agentNameSchema.optional(),
  /** Only the instance's operator may name another than his own. */
  organisation: organisationSchema.optional(),
});
export type UsageQuery = z.input<typeof usageQuerySchema>;

export const usagePageSchema = pageSchema(usageItemSchema).extend({ by: usageDimensionSchema });
export type UsagePage = z.infer<typeof usagePageSchema>;
