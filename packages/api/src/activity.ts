import { activityOutcomeSchema, activitySchema, organisationSchema } from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema } from "./page.ts";

const name = storableText.min(1).max(1_000);

const filters = {
  /** The id of a user, key or service. */
  actor: name.optional(),
  /** `runs.steer`, `session.created`. */
  action: name.optional(),
  /** What was acted on, or what is below it: `agents/refunds`. */
  resource: name.optional(),
  outcome: activityOutcomeSchema.optional(),
  /** Not before, and before. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** Only the instance's operator may name another than his own. */
  organisation: organisationSchema.optional(),
};

export const activityQuerySchema = pageQuerySchema.extend(filters);
export type ActivityQuery = z.input<typeof activityQuerySchema>;

export const activityPageSchema = pageSchema(activitySchema);

export const activityExportQuerySchema = z.object({
  ...filters,
  format: z.enum(["jsonl", "csv"]).default("jsonl"),
});
export type ActivityExportQuery = z.input<typeof activityExportQuerySchema>;
