import {
  accessRuleSchema,
  environmentSchema,
  globSchema,
  namedPermissions,
  permissionSchema,
  roleSchema,
  type AccessRule,
} from "@flotilla/core";
import { z } from "zod";
import { pageSchema } from "./page.ts";
import { storableText } from "./bounds.ts";
import type { Transport } from "./transport.ts";

export const ruleParamsSchema = z.object({
  ruleId: z.string().regex(/^rul_[0-9a-z]{26}$/, "not the id of an access rule"),
});

export const ruleSetSchema = accessRuleSchema
  .omit({ id: true })
  .extend({
    /** Names of agents, batches, tools or credentials, with `*` for any text. Default: all. */
    resource: globSchema.default("*"),
    /** Default: in every environment. */
    environment: environmentSchema.nullable().default(null),
  })
  .strict()
  .refine(({ permission, resource }) => resource === "*" || namedPermissions.has(permission), {
    path: ["resource"],
    error: "this permission is of the whole organisation: leave the resource out",
  });
export type RuleSet = z.input<typeof ruleSetSchema>;

export const ruleListSchema = pageSchema(accessRuleSchema);

/** Whether somebody may do something, without doing it. */
export const policyCheckSchema = z.strictObject({
  /** Default: the caller himself. */
  who: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("role"), role: roleSchema }),
      z.strictObject({ kind: z.literal("user"), id: storableText.min(1).max(200) }),
    ])
    .optional(),
  permission: permissionSchema,
  /** The name of an agent, batch, tool or credential. Default: whether for any. */
  resource: storableText.min(1).max(200).optional(),
  environment: environmentSchema.optional(),
});
export type PolicyCheck = z.input<typeof policyCheckSchema>;

export const policyDecisionSchema = z.object({
  allowed: z.boolean(),
  /** What decided. */
  reason: z.string(),
  ruleId: z.string().optional(),
});
export type PolicyDecision = z.infer<typeof policyDecisionSchema>;

/** The access rules of the organisation that the request is of. */
export function ruleClient(http: Transport) {
  const path = (ruleId: string) => `/rules/${encodeURIComponent(ruleId)}`;
  return {
    list: () => http.json<{ items: AccessRule[] }>("GET", "/rules"),
    get: (ruleId: string) => http.json<AccessRule>("GET", path(ruleId)),
    add: (rule: RuleSet) => http.json<AccessRule>("POST", "/rules", { json: rule }),
    change: (ruleId: string, rule: RuleSet) =>
      http.json<AccessRule>("PUT", path(ruleId), { json: rule }),
    remove: (ruleId: string) => http.json<void>("DELETE", path(ruleId)),
    check: (question: PolicyCheck) =>
      http.json<PolicyDecision>("POST", "/policy/check", { json: question }),
  };
}
