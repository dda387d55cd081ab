import {
  breakerStateSchema,
  capacityLimitsSchema,
  priceSchema,
  targetHealthSchema,
} from "@flotilla/core";
import { z } from "zod";
import { providerSchema } from "./provider.ts";

/** A model that is configured, or was ever asked. */
export const modelItemSchema = z.object({
  /** `provider/model`. */
  model: z.string(),
  /** Whether a call could work; `problem` says what is missing. */
  ready: z.boolean(),
  problem: z.string().nullable(),
  /** Micro-USD per million tokens; null: unknown. */
  price: priceSchema.nullable(),
  /** Tokens of its context window; null: unknown. */
  context: z.int().positive().nullable(),
  /** Whether it is shown images that come with a message. */
  seesImages: z.boolean(),
  /** As they are configured. */
  limits: capacityLimitsSchema,
  breaker: breakerStateSchema,
  /** null: it was never asked. */
  health: targetHealthSchema.nullable(),
});
export type ModelItem = z.infer<typeof modelItemSchema>;

export const modelListSchema = z.object({
  providers: z.array(providerSchema),
  /** By name. */
  items: z.array(modelItemSchema),
});
export type ModelList = z.infer<typeof modelListSchema>;

/** Which model's breaker to close. */
export const breakerResetSchema = z.strictObject({ model: z.string().min(1).max(200) });
