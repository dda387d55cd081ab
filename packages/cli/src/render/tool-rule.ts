import {
  conditionWords,
  type PolicyDiff,
  type PolicyExample,
  type ToolRule,
  type ToolRuleHit,
} from "@flotilla/core";
import { count } from "./number.ts";
import type { Column } from "./table.ts";

export const toolRuleColumns: Column<ToolRule>[] = [
  { title: "RULE", value: (one) => one.id },
  { title: "EFFECT", value: (one) => (one.enabled ? one.effect : `${one.effect} (off)`) },
  { title: "TOOL", value: (one) => one.tool },
  { title: "OF", value: (one) => one.runId ?? one.agent ?? "every agent" },
  { title: "ENVIRONMENT", value: (one) => one.environment ?? "all" },
  { title: "WHEN", value: (one) => conditionWords(one.when).join("; ") || "always" },
  { title: "BY", value: (one) => one.by },
];

interface HitRow {
  rule: ToolRule;
  /** Undefined: it has decided nothing. */
  hit: ToolRuleHit | undefined;
}

/** What each rule has decided, beside what it says. */
export const toolRuleHitColumns: Column<HitRow>[] = [
  { title: "RULE", value: ({ rule }) => ruleLine(rule) },
  { title: "ALLOWED", align: "right", value: ({ hit }) => count(hit?.allowed ?? 0) },
  { title: "ASKED", align: "right", value: ({ hit }) => count(hit?.asked ?? 0) },
  { title: "DENIED", align: "right", value: ({ hit }) => count(hit?.denied ?? 0) },
];

/** A rule in one line. */
function ruleLine(rule: ToolRule): string {
  const of = rule.runId ?? rule.agent ?? "every agent";
  const where = rule.environment === null ? "" : ` in ${rule.environment}`;
  const when = conditionWords(rule.when).join("; ");
  const off = rule.enabled ? "" : " (off)";
  return `${rule.effect} ${rule.tool} of ${of}${where}${when && `, where ${when}`}${off}`;
}

/** What was removed, added and changed, a line for each. */
export function diffLinesOf(diff: PolicyDiff): string[] {
  return [
    ...diff.removed.map((rule) => `- ${ruleLine(rule)}`),
    ...diff.changed.flatMap(({ before, after }) => [
      `- ${ruleLine(before)}`,
      `+ ${ruleLine(after)}`,
    ]),
    ...diff.added.map((rule) => `+ ${ruleLine(rule)}`),
    ...diff.examplesRemoved.map((example) => `- example: ${exampleLine(example)}`),
    ...diff.examplesAdded.map((example) => `+ example: ${exampleLine(example)}`),
  ];
}

export function exampleLine({ name, call, expect }: PolicyExample): string {
  return name ?? `${call.tool} ${JSON.stringify(call.input)}: ${expect}`;
}
