import { componentHealthSchema, healthHourSchema, healthStateSchema } from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageQuerySchema } from "./page.ts";

export const healthComponentsSchema = z.object({
  /** The worst of them. */
  state: healthStateSchema,
  items: z.array(componentHealthSchema),
});
export type HealthComponents = z.infer<typeof healthComponentsSchema>;

export const healthHistoryQuerySchema = pageQuerySchema.extend({
  component: storableText.min(1).max(100).optional(),
  /** Samples of the last day, or 90 days by the hour. */
  by: z.enum(["sample", "hour"]).default("hour"),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type HealthHistoryQuery = z.input<typeof healthHistoryQuerySchema>;

export const healthHistorySchema = z.object({
  items: z.array(z.union([componentHealthSchema, healthHourSchema])),
  nextCursor: z.string().nullable(),
});
export type HealthHistory = z.infer<typeof healthHistorySchema>;
