import { organisationSchema } from "@flotilla/core";
import { z } from "zod";

/** Of one organisation; without it of all. */
export const cacheQuerySchema = z.object({ organisation: organisationSchema.optional() });
export type CacheQuery = z.infer<typeof cacheQuerySchema>;

export const cacheClearedSchema = z.object({
  /** Answers that were forgotten. */
  cleared: z.int().nonnegative(),
});
export type CacheCleared = z.infer<typeof cacheClearedSchema>;
