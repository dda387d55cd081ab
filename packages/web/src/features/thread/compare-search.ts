import { z } from "zod";

export const mostColumns = 4;

const columnSchema = z.object({
  agent: z.string().max(64).optional(),
  /** In the place of the agent's own. */
  model: z.string().max(200).optional(),
  /** The conversation that it has begun. */
  thread: z.string().max(40).optional(),
});
export type CompareColumn = z.infer<typeof columnSchema>;

/** What is compared stands in the address, with what was said already. */
export const compareSearchSchema = z.object({
  columns: z.array(columnSchema).min(1).max(mostColumns).optional().catch(undefined),
  q: z.string().max(200).optional().catch(undefined),
  archived: z.boolean().optional().catch(undefined),
});
