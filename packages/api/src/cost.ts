import {
  agentNameSchema,
  costDimensionSchema,
  costFiguresSchema,
  costItemSchema,
  organisationSchema,
  userSchema,
} from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { longPageQuerySchema } from "./page.ts";

/** Costs by one dimension; every filter narrows which calls count. */
export const costsQuerySchema = longPageQuerySchema.extend({
  by: costDimensionSchema.default("day"),
  /** First and last day (UTC), as 2026-01-31. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  agent: agentNameSchema.optional(),
  model: storableText.max(300).optional(),
  user: userSchema.optional(),
  organisation: organisationSchema.optional(),
  batchId: storableText.max(64).optional(),
});
export type CostsQuery = z.input<typeof costsQuerySchema>;

export const costsSchema = z.object({
  by: costDimensionSchema,
  /** The dearest first; days in order. */
  items: z.array(costItemSchema),
  nextCursor: z.string().nullable(),
  /** Of all, not of the page. */
  totals: costFiguresSchema,
});
export type CostsAnswer = z.infer<typeof costsSchema>;
