import { z } from "zod";

/**
 * What becomes of calls with side effects after the place of a fork: answered from the record of the
 * run it was made from, else refused; refused; or made.
 */
export const forkEffectsSchema = z.enum(["record", "block", "allow"]);
export type ForkEffects = z.infer<typeof forkEffectsSchema>;
