import type { AskedCall, ToolDecision } from "./asked-call.ts";
import { whyNot, type CompiledRule, type ToolPolicy } from "./compile-tool-rules.ts";
import { matchesGlob } from "./glob.ts";
import { labelDecision } from "./label-policy.ts";
import type { ToolEffect } from "./tool-rule.ts";

type Deciding = Pick<ToolPolicy, "about" | "version">;

/**
 * Whether a call is made, asked about first, or not made. Pure: a worker that takes the run over decides
 * the same.
 *
 * The most specific rule that fits and holds decides: one about the run before one about its agent before one about
 * all; then the longer name of the tool; then one environment before all; then more conditions; deny before ask before
 * allow. A rule that an approval wrote ("always") takes back that people are asked, never that a call is denied.
 * What the agent itself wants asked (`approvals`) is asked unless a rule about this very agent or run
 * decides otherwise; it never softens a deny. Without any of these the labels of what the run has read
 * decide (see `labelDecision`), and where they say nothing the call is made.
 *
 * @param approvals globs of the agent's spec
 */
export function decideTool(
  call: AskedCall,
  policy: Deciding,
  approvals: readonly string[] = [],
): ToolDecision {
  const found = decidingRule(call, policy);
  const glob = approvals.find((one) => matchesGlob(one, call.tool));
  if (glob !== undefined && (!found || (found.level === 0 && found.rule.effect !== "deny"))) {
    return { effect: "ask", reason: `the agent ${call.agent} asks before ${glob}` };
  }
  if (!found) return labelDecision(call) ?? { effect: "allow", reason: "no rule is about it" };
  const { id: ruleId, effect } = found.rule;
  return { effect, reason: reasonOf(found), ruleId, version: policy.version };
}

function decidingRule(call: AskedCall, { about }: Deciding) {
  let approved: CompiledRule | undefined;
  for (const one of about(call.tool, call.runId)) {
    if (approved && isApproval(one)) continue;
    if (whyNot(one, call) !== undefined) continue;
    if (isApproval(one)) approved = one;
    else return approved && one.rule.effect !== "deny" ? approved : one;
  }
  return approved;
}

function isApproval({ rule }: CompiledRule): boolean {
  return rule.effect === "allow" && typeof rule.interruptId === "string";
}

function reasonOf({ rule, conditions }: CompiledRule): string {
  const of = rule.runId ? "this run" : rule.agent ? `the agent ${rule.agent}` : "every agent";
  const verb = { allow: "allows", ask: "asks before", deny: "denies" }[rule.effect];
  const says = conditions.map((one) => one.says).join("; ");
  return `a rule ${verb} ${rule.tool} of ${of}${says && `, where ${says}`}`;
}

/** What a rule that is about a call's tool makes of the call. */
export interface RuleTrace {
  ruleId: string;
  effect: ToolEffect;
  /** `decides`: it holds and is the first; `later`: it holds, but a more specific one decides. */
  outcome: "decides" | "later" | "does_not_hold";
  /** Why it does not hold, or does not decide. */
  why?: string;
}

/** What each rule about the call's tool makes of it, the most specific first: for people who ask what would happen. */
export function traceTool(call: AskedCall, policy: Deciding, decision: ToolDecision): RuleTrace[] {
  return policy.about(call.tool, call.runId).map((one): RuleTrace => {
    const { id: ruleId, effect } = one.rule;
    const why = whyNot(one, call);
    if (why !== undefined) return { ruleId, effect, outcome: "does_not_hold", why };
    if (ruleId === decision.ruleId) return { ruleId, effect, outcome: "decides" };
    return { ruleId, effect, outcome: "later", why: `decided before: ${decision.reason}` };
  });
}
