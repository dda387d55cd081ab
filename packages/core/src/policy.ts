import { z } from "zod";
import { environmentSchema, homeOrganisation, userOf, type Caller } from "./caller.ts";
import { globSchema, globWeight, matchesGlob } from "./glob.ts";
import { permissionSchema, type Permission } from "./permission.ts";
import { rolePermissions, roleSchema } from "./role.ts";

/** Whom an access rule is about. */
export const ruleSubjectSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("everyone") }),
  z.strictObject({ kind: z.literal("role"), role: roleSchema }),
  z.strictObject({ kind: z.literal("user"), id: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal("key"), id: z.string().min(1).max(200) }),
]);

/**
 * An exception from what the roles may do: "only Ann may run the agent refunds" is a deny for
 * everyone and an allow for Ann.
 */
export const accessRuleSchema = z.object({
  id: z.string(),
  effect: z.enum(["allow", "deny"]),
  who: ruleSubjectSchema,
  permission: permissionSchema,
  /** Names of agents, tools, credentials or batches, with `*` for any text. */
  resource: globSchema,
  /** null: in every environment. */
  environment: environmentSchema.nullable(),
});

export type RuleSubject = z.infer<typeof ruleSubjectSchema>;
export type AccessRule = z.infer<typeof accessRuleSchema>;

export interface Decision {
  allowed: boolean;
  /** For people: what decided. */
  reason: string;
  /** The access rule that decided; left out when the role did. */
  ruleId?: string;
}

/**
 * Whether the caller may. This is the one place that decides; routes, tool calls and stream commands
 * all ask it.
 *
 * The operator of the instance and owners may everything that their scopes hold. For all others the
 * most specific rule that fits decides (a user or key before a role before everyone; then the longer
 * resource; then one environment before all; deny before allow), and without one the role does.
 *
 * @param resource the name of what is acted on. Left out: whether it may be allowed for some
 *   resource, as a route asks before it knows which.
 */
export function decide(
  caller: Caller,
  permission: Permission,
  rules: readonly AccessRule[] = [],
  resource?: string,
): Decision {
  if (caller.scopes && !caller.scopes.includes(permission)) {
    return refused(`the scopes of ${caller.name} do not hold ${permission}`);
  }
  if (permission.startsWith("fleet.") && caller.organisation !== homeOrganisation) {
    return refused(`${permission} is for members of the organisation ${homeOrganisation}`);
  }
  if (caller.instance) return { allowed: true, reason: "the operator of the instance" };
  if (caller.role === "owner") return { allowed: true, reason: "owners may everything" };
  const fitting = rules
    .filter((rule) => rule.permission === permission && concerns(rule, caller))
    .toSorted(bySpecificity);
  const rule = fitting.find((one) =>
    resource === undefined
      ? one.resource === "*" || one.effect === "allow"
      : matchesGlob(one.resource, resource),
  );
  if (rule) {
    const what = `a rule ${rule.effect === "allow" ? "allows" : "denies"} ${permission} on ${rule.resource}`;
    return { allowed: rule.effect === "allow", reason: what, ruleId: rule.id };
  }
  return rolePermissions[caller.role].has(permission)
    ? { allowed: true, reason: `the role ${caller.role} has ${permission}` }
    : refused(`the role ${caller.role} does not have ${permission}`);
}

function refused(reason: string): Decision {
  return { allowed: false, reason };
}

function concerns({ who, environment }: AccessRule, caller: Caller): boolean {
  if (environment !== null && environment !== caller.environment) return false;
  switch (who.kind) {
    case "everyone":
      return true;
    case "role":
      return who.role === caller.role;
    case "user":
      return who.id === userOf(caller);
    case "key":
      return caller.kind === "key" && who.id === caller.id;
  }
}

const subjectOrder = { user: 0, key: 0, role: 1, everyone: 2 } as const;

function bySpecificity(a: AccessRule, b: AccessRule): number {
  return (
    subjectOrder[a.who.kind] - subjectOrder[b.who.kind] ||
    globWeight(b.resource) - globWeight(a.resource) ||
    Number(a.environment === null) - Number(b.environment === null) ||
    Number(a.effect === "allow") - Number(b.effect === "allow") ||
    a.id.localeCompare(b.id)
  );
}
