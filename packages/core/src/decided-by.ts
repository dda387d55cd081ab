import { z } from "zod";

/** The rule that decided what became of a call, and the version of the rules that it stood in. */
export const decidedBySchema = z.object({ ruleId: z.string(), version: z.int().nonnegative() });
