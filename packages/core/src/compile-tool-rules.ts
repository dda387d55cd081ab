import { loadConditionReaders } from "./arg-condition.ts";
import { compileConditions, type Condition, type ConditionError } from "./compile-conditions.ts";
import { globWeight, matchesGlob } from "./glob.ts";
import type { AskedCall } from "./asked-call.ts";
import type { ToolEffect, ToolRule } from "./tool-rule.ts";

type Place = "id" | "effect" | "tool" | "agent" | "runId" | "environment";

/** As much of a rule as it decides by. */
export type DecidingRule = Pick<ToolRule, Place> &
  Partial<Pick<ToolRule, "when" | "enabled" | "interruptId">>;

export interface CompiledRule {
  rule: DecidingRule;
  /** 0: of every agent, 1: of one, 2: of one run. */
  level: 0 | 1 | 2;
  conditions: Condition[];
}

/** What is wrong with a rule. */
export interface RuleProblem {
  ruleId: string;
  /** Where in its `when`. */
  path: string;
  message: string;
}

/** An organisation's tool rules in the form in which they decide; see `decideTool`. */
export interface ToolPolicy {
  version: number;
  /** The rules about calls of a tool in a run, the most specific first. */
  about(tool: string, runId: string): readonly CompiledRule[];
  /** A rule that cannot be read allows nothing, and asks or denies whatever it is about. */
  problems: RuleProblem[];
}

const mostToolsKept = 1_000;

/** Reads rules once for all calls that they decide. What reads paths and patterns is loaded only for rules that have some. */
export async function compileToolRules({
  version,
  rules,
}: {
  version: number;
  rules: readonly DecidingRule[];
}): Promise<ToolPolicy> {
  const live = rules.filter(({ enabled = true }) => enabled);
  const readers = live.some(({ when }) => when?.args) ? await loadConditionReaders() : undefined;
  const problems: RuleProblem[] = [];
  const compiled = live.map((rule): CompiledRule => {
    const level = levelOf(rule);
    try {
      return { rule, level, conditions: compileConditions(rule.when ?? {}, rule.effect, readers) };
    } catch (error) {
      const { path, message } = error as ConditionError;
      problems.push({ ruleId: rule.id, path, message });
      return { rule, level, conditions: [unreadable(message)] };
    }
  });
  return { version, about: indexed(compiled.toSorted(bySpecificity)), problems };
}

/** The rules with one more that has no conditions: what they would be. */
export function withRule(policy: ToolPolicy, rule: Omit<DecidingRule, "when">): ToolPolicy {
  const more: CompiledRule = { rule, level: levelOf(rule), conditions: [] };
  const about: ToolPolicy["about"] = (tool, runId) => {
    const found = policy.about(tool, runId);
    return matchesGlob(rule.tool, tool) ? [...found, more].toSorted(bySpecificity) : found;
  };
  return { ...policy, about };
}

function unreadable(message: string): Condition {
  return { says: `it cannot be read: ${message}`, told: () => undefined };
}

/** Rules of runs are found by their run: there may be one for each of many that wait. */
function indexed(sorted: readonly CompiledRule[]): ToolPolicy["about"] {
  const ofRuns = Map.groupBy(
    sorted.filter(({ level }) => level === 2),
    ({ rule }) => rule.runId,
  );
  const others = sorted.filter(({ level }) => level < 2);
  const byTool = new Map<string, readonly CompiledRule[]>();
  const fitting = (all: readonly CompiledRule[], tool: string) =>
    all.filter(({ rule }) => matchesGlob(rule.tool, tool));
  return (tool, runId) => {
    let found = byTool.get(tool);
    if (!found) {
      if (byTool.size >= mostToolsKept) byTool.clear();
      found = fitting(others, tool);
      byTool.set(tool, found);
    }
    const ofRun = ofRuns.get(runId);
    return ofRun ? [...fitting(ofRun, tool), ...found] : found;
  };
}

function levelOf({ runId, agent }: DecidingRule): CompiledRule["level"] {
  if (runId !== null) return 2;
  return agent === null ? 0 : 1;
}

const effectOrder: Readonly<Record<ToolEffect, number>> = { deny: 0, ask: 1, allow: 2 };

/** One about the run, its agent, all; the longer name of the tool; one environment; more conditions; deny, ask, allow. */
function bySpecificity(one: CompiledRule, other: CompiledRule): number {
  const [a, b] = [one.rule, other.rule];
  return (
    other.level - one.level ||
    globWeight(b.tool) - globWeight(a.tool) ||
    Number(a.environment === null) - Number(b.environment === null) ||
    other.conditions.length - one.conditions.length ||
    effectOrder[a.effect] - effectOrder[b.effect] ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

/** Why a rule that is about the tool does not hold for the call; undefined: it holds. */
export function whyNot({ rule, conditions }: CompiledRule, call: AskedCall): string | undefined {
  if (rule.runId !== null && rule.runId !== call.runId) return "it is about another run";
  if (rule.agent !== null && rule.agent !== call.agent)
    return `it is about the agent ${rule.agent}`;
  if (rule.environment !== null && rule.environment !== call.environment) {
    return `it is about ${rule.environment}`;
  }
  for (const { says, told } of conditions) {
    const is = told(call);
    if (is === false) return `not so: ${says}`;
    if (is === undefined && rule.effect === "allow") return `cannot be told: ${says}`;
  }
  return undefined;
}
