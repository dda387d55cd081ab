import { errorGroupSchema, errorSourceSchema, organisationSchema } from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageQuerySchema, pageSchema } from "./page.ts";

export const errorGroupParamsSchema = z.object({
  errorId: z.string().regex(/^err_[0-9a-z]{26}$/, "not the id of a group of errors"),
});

export const errorGroupQuerySchema = pageQuerySchema.extend({
  state: z.enum(["open", "resolved"]).optional(),
  source: errorSourceSchema.optional(),
  code: storableText.max(100).optional(),
  /** Only the instance's operator may name another than his own. */
  organisation: organisationSchema.optional(),
});
export type ErrorGroupQuery = z.input<typeof errorGroupQuerySchema>;

export const errorGroupPageSchema = pageSchema(errorGroupSchema);
