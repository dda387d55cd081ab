import { z } from "zod";
import type { Environment } from "./caller.ts";
import type { ToolEffect } from "./tool-rule.ts";

/** How often a tool rule has decided what becomes of a call of a run. */
export const toolRuleHitSchema = z.object({
  ruleId: z.string(),
  allowed: z.int().nonnegative(),
  asked: z.int().nonnegative(),
  denied: z.int().nonnegative(),
});
export type ToolRuleHit = z.infer<typeof toolRuleHitSchema>;

/** Those of one rule somewhere, as they are added up. */
export interface ToolRuleHits extends ToolRuleHit {
  organisation: string;
  environment: Environment;
}

const counts = { allow: "allowed", ask: "asked", deny: "denied" } as const satisfies Record<
  ToolEffect,
  keyof ToolRuleHit
>;

/** One decision. */
export function toolRuleHit(
  place: Pick<ToolRuleHits, "organisation" | "environment">,
  ruleId: string,
  effect: ToolEffect,
): ToolRuleHits {
  const { organisation, environment } = place;
  const none = { allowed: 0, asked: 0, denied: 0 };
  return { organisation, environment, ruleId, ...none, [counts[effect]]: 1 };
}

/** Of the same rule in the same place. */
export function addToolRuleHits(a: ToolRuleHits, b: ToolRuleHits): ToolRuleHits {
  return {
    ...a,
    allowed: a.allowed + b.allowed,
    asked: a.asked + b.asked,
    denied: a.denied + b.denied,
  };
}
