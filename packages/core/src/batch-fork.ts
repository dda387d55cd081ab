import { z } from "zod";
import { forkPlaceSchema } from "./fork-place.ts";
import { forkEffectsSchema } from "./fork-effects.ts";
import { runChangesSchema } from "./run-changes.ts";

/** How each row of a batch is made: as a fork of the run that the row names. */
export const batchForkSchema = z.object({
  at: forkPlaceSchema,
  changes: runChangesSchema,
  effects: forkEffectsSchema,
  /** Who asked for it. */
  by: z.string(),
});
export type BatchFork = z.infer<typeof batchForkSchema>;
