import type { AskedCall, ToolDecision } from "./asked-call.ts";
import { globWeight, matchesGlob } from "./glob.ts";
import { labelDecision } from "./label-policy.ts";
import type { ToolEffect, ToolRule } from "./tool-rule.ts";

type DecidingRule = Pick<ToolRule, "id" | "effect" | "tool" | "agent" | "runId" | "environment">;

/**
 * Whether a call is made, asked about first, or not made. Pure: a worker that takes the run over decides
 * the same.
 *
 * The most specific rule that fits decides: one about the run before one about its agent before one about
 * all; then the longer name of the tool; then one environment before all; deny before ask before allow.
 * What the agent itself wants asked (`approvals`) is asked unless a rule about this very agent or run
 * decides otherwise; it never softens a deny. Without any of these the labels of what the run has read
 * decide (see `labelDecision`), and where they say nothing the call is made.
 *
 * @param approvals globs of the agent's spec
 */
export function decideTool(
  call: AskedCall,
  rules: readonly DecidingRule[],
  approvals: readonly string[] = [],
): ToolDecision {
  const [rule] = rules.filter((one) => concerns(one, call)).toSorted(bySpecificity);
  const glob = approvals.find((one) => matchesGlob(one, call.tool));
  if (glob !== undefined && (!rule || (level(rule) === 0 && rule.effect !== "deny"))) {
    return { effect: "ask", reason: `the agent ${call.agent} asks before ${glob}` };
  }
  if (!rule) return labelDecision(call) ?? { effect: "allow", reason: "no rule is about it" };
  const of = rule.runId ? "this run" : rule.agent ? `the agent ${rule.agent}` : "every agent";
  const verb = { allow: "allows", ask: "asks before", deny: "denies" }[rule.effect];
  return { effect: rule.effect, reason: `a rule ${verb} ${rule.tool} of ${of}`, ruleId: rule.id };
}

function concerns(rule: DecidingRule, call: AskedCall): boolean {
  return (
    matchesGlob(rule.tool, call.tool) &&
    (rule.agent === null || rule.agent === call.agent) &&
    (rule.runId === null || rule.runId === call.runId) &&
    (rule.environment === null || rule.environment === call.environment)
  );
}

function level(rule: DecidingRule): number {
  if (rule.runId !== null) return 2;
  return rule.agent === null ? 0 : 1;
}

const effectOrder: Readonly<Record<ToolEffect, number>> = { deny: 0, ask: 1, allow: 2 };

function bySpecificity(a: DecidingRule, b: DecidingRule): number {
  return (
    level(b) - level(a) ||
    globWeight(b.tool) - globWeight(a.tool) ||
    Number(a.environment === null) - Number(b.environment === null) ||
    effectOrder[a.effect] - effectOrder[b.effect] ||
    a.id.localeCompare(b.id)
  );
}
