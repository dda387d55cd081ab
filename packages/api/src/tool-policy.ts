import {
  policyExampleSchema,
  policySpecSchema,
  policyVersionSchema,
  toolRuleSpecSchema,
  type Policy,
  type PolicyDiff,
  type PolicyVersion,
} from "@flotilla/core";
import { z } from "zod";
import { highestInteger } from "./bounds.ts";
import { pageQuerySchema, pageSchema, type Page, type PageQuery } from "./page.ts";
import { ruleNoteSchema, toolDecisionSchema } from "./tool-rule.ts";
import type { Transport } from "./transport.ts";

const version = z.coerce.number().int().nonnegative().max(highestInteger);

/** A part of the address is always there: its text is read, and not whatever can be made a number. */
export const policyVersionParamsSchema = z.object({
  version: z
    .string()
    .regex(/^\d{1,16}$/, "not a version")
    .transform(Number)
    .pipe(z.int().max(highestInteger)),
});
export const policyVersionQuerySchema = pageQuerySchema;
export const policyVersionPageSchema = pageSchema(policyVersionSchema);
export const policyChangesQuerySchema = z.object({
  /** Default: the version before. */
  from: version.optional(),
});

/** Body of `PUT /tool-policy`: all the rules but those of single runs, and the examples that they must keep to. */
export const policyApplySchema = policySpecSchema.extend({
  rules: z
    .array(toolRuleSpecSchema.extend({ note: ruleNoteSchema.nullable().default(null) }))
    .max(1_000),
  /** What was changed, and why. */
  comment: ruleNoteSchema.optional(),
  /** The version that it was made from: refused when there is a newer one. */
  version: z.int().nonnegative().max(highestInteger).optional(),
});
export type PolicyApply = z.input<typeof policyApplySchema>;

/** Body of `POST /tool-policy/versions/{version}/restore`. */
export const policyRestoreSchema = z.strictObject({ comment: ruleNoteSchema.optional() });

export const brokenExampleSchema = z.object({
  /** Its place among the examples, from 0. */
  index: z.int().nonnegative(),
  example: policyExampleSchema,
  got: toolDecisionSchema,
});

/** What is wrong with rules that are not in force. */
export const policyTestSchema = z.object({
  examples: z.int().nonnegative(),
  /** Rules that cannot be read. */
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  broken: z.array(brokenExampleSchema),
});
export type PolicyTest = z.infer<typeof policyTestSchema>;

/** The tool rules of an organisation as a whole, and what they were. */
export function toolPolicyClient(http: Transport) {
  const path = (number: number) => `/tool-policy/versions/${number}`;
  return {
    get: () => http.json<Policy>("GET", "/tool-policy"),
    apply: (policy: PolicyApply) =>
      http.json<PolicyVersion>("PUT", "/tool-policy", { json: policy }),
    test: (policy: z.input<typeof policySpecSchema>) =>
      http.json<PolicyTest>("POST", "/tool-policy/test", { json: policy }),
    versions: (query: PageQuery = {}) =>
      http.json<Page<PolicyVersion>>("GET", "/tool-policy/versions", { query: query as never }),
    version: (number: number) => http.json<Policy>("GET", path(number)),
    changes: (number: number, from?: number) =>
      http.json<PolicyDiff>("GET", `${path(number)}/changes`, { query: { from } }),
    restore: (number: number, comment?: string) =>
      http.json<PolicyVersion>("POST", `${path(number)}/restore`, {
        json: comment === undefined ? {} : { comment },
      }),
  };
}
