import { z } from "zod";

/**
 * How often, how many at once and for how much a tool is called. Each is counted by organisation, over all
 * workers together.
 */
export const toolTermsSchema = z.strictObject({
  /** Calls that begin within any so many seconds; what comes beyond them waits. */
  rateLimit: z
    .strictObject({
      calls: z.int().min(1).max(1_000_000),
      perSeconds: z.int().min(1).max(86_400),
    })
    .optional(),
  /** Calls under way at once, of all tools of the group together; what comes beyond them waits. */
  concurrency: z
    .strictObject({
      group: z
        .string()
        .regex(/^[a-z][a-z0-9_.-]{0,63}$/, "use lower-case letters, digits, _ . and -"),
      most: z.int().min(1).max(10_000),
    })
    .optional(),
  /** A result answers the same input again for so long. Only for tools that read. */
  cacheSeconds: z.int().min(1).max(2_592_000).optional(),
  /** What a call costs, in micro-USD; it counts for budgets and costs like what models cost. */
  costMicros: z.int().min(0).max(1_000_000_000).optional(),
  /** Failures in a row, its own fault, that open its breaker; null: it has none. Left out: five. */
  breaksAfter: z.int().min(1).max(1_000).nullable().optional(),
});
export type ToolTerms = z.infer<typeof toolTermsSchema>;
