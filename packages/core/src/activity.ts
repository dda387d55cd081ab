import { z } from "zod";
import { callerSchema } from "./caller.ts";
import { jsonObjectSchema } from "./json.ts";

/**
 * `allowed`: it was done. `refused`: the caller may not. `failed`: he may, and it was not done all the same
 * (it was not valid, not found, or went wrong).
 */
export const activityOutcomeSchema = z.enum(["allowed", "refused", "failed"]);
export type ActivityOutcome = z.infer<typeof activityOutcomeSchema>;

/** Who did it. `unknown`: it was tried without proof of who asks; the id is then what was claimed. */
export const actorSchema = z.object({
  kind: z.enum([...callerSchema.shape.kind.options, "unknown"]),
  id: z.string(),
  name: z.string(),
});
export type Actor = z.infer<typeof actorSchema>;

/** One thing that somebody did or tried. */
export const activitySchema = z.object({
  id: z.string(),
  organisation: z.string(),
  environment: z.string(),
  at: z.iso.datetime(),
  actor: actorSchema,
  /** A permission (`runs.steer`), or an event of sign-in (`session.created`). */
  action: z.string(),
  /** Method and pattern of the route, or the command of a stream. */
  operation: z.string().nullable(),
  /** What was acted on: `agents/refunds`, `runs/run_…`. */
  resource: z.string().nullable(),
  outcome: activityOutcomeSchema,
  /** Of the HTTP answer. */
  status: z.int().nullable(),
  requestId: z.string().nullable(),
  /** That of the run that was started, too. */
  traceId: z.string().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  details: jsonObjectSchema.nullable(),
});
export type Activity = z.infer<typeof activitySchema>;

export interface ActivityFilter {
  organisation?: string | undefined;
  /** The id of a user, key or service. */
  actor?: string | undefined;
  action?: string | undefined;
  /** What was acted on, or what is below it. */
  resource?: string | undefined;
  outcome?: ActivityOutcome | undefined;
  /** ISO 8601: not before, and before. */
  from?: string | undefined;
  to?: string | undefined;
}
