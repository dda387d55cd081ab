import { z } from "zod";
import { agentNameSchema } from "./agent.ts";
import { environmentSchema, defaultEnvironment } from "./caller.ts";
import { canonicalJson } from "./canonical-json.ts";
import { jsonSchema } from "./json.ts";
import { labelsSchema } from "./label.ts";
import { toolReaches, toolRisks } from "./port.ts";
import { roleSchema } from "./role.ts";
import { toolEffectSchema, toolRuleSchema, type NewToolRule, type ToolRule } from "./tool-rule.ts";

/** A call as somebody describes it, to be told what would become of it. */
export const callSketchSchema = z.strictObject({
  tool: z.string().min(1).max(64),
  input: jsonSchema.default({}),
  /** Default: one that no rule is about. */
  agent: agentNameSchema.optional(),
  /** Default: one that no rule is about. */
  runId: z.string().min(1).max(100).optional(),
  environment: environmentSchema.default(defaultEnvironment),
  /** Of whom its run was started by. Default: the platform itself. */
  role: roleSchema.optional(),
  /** The id of the person who started its run. */
  user: z.string().min(1).max(200).optional(),
  /** Default: the tool's own; of a tool that is not there `outbound`. */
  risk: z.enum(toolRisks).optional(),
  /** Default: the tool's own; of a tool that is not there `open`. */
  reach: z.enum(toolReaches).optional(),
  /** Of what its run has read. */
  labels: labelsSchema.default([]),
  /** What people have written to its run. */
  trustedText: z.string().max(10_000).default(""),
  /** Default: now; in examples noon of Monday, 5 January 2026, UTC. */
  at: z.iso.datetime({ offset: true }).optional(),
  /** What its run has spent. */
  spentUsd: z.number().nonnegative().max(1_000_000).default(0),
});
export type CallSketch = z.infer<typeof callSketchSchema>;

/** The moment of an example that names none, so that it comes out the same whenever it is tried. */
export const exampleMoment = Date.parse("2026-01-05T12:00:00Z");

/** What the rules must make of a call: a change that makes something else of it is refused. */
export const policyExampleSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  call: callSketchSchema,
  expect: toolEffectSchema,
});
export type PolicyExample = z.infer<typeof policyExampleSchema>;

/** A rule as it stands in a file: not of one run, and without who wrote it. */
export const toolRuleSpecSchema = z.strictObject({
  /** Of a rule that there is: it is changed. Without one, a rule that says the same stays as it is. */
  id: z
    .string()
    .regex(/^trl_[0-9a-z]{26}$/, "not the id of a tool rule")
    .optional(),
  ...toolRuleSchema.pick({ effect: true, tool: true }).shape,
  agent: toolRuleSchema.shape.agent.default(null),
  environment: toolRuleSchema.shape.environment.default(null),
  when: toolRuleSchema.shape.when.default(null),
  note: toolRuleSchema.shape.note.default(null),
  enabled: z.boolean().default(true),
});
export type ToolRuleSpec = z.infer<typeof toolRuleSpecSchema>;

function isEachOnce(rules: readonly ToolRuleSpec[]): boolean {
  const ids = rules.flatMap(({ id }) => id ?? []);
  return new Set(ids).size === ids.length;
}

/** All the rules of an organisation but those of single runs, with the examples that they must keep to. */
export const policySpecSchema = z.strictObject({
  rules: z.array(toolRuleSpecSchema).max(1_000).refine(isEachOnce, "an id stands there twice"),
  examples: z.array(policyExampleSchema).max(500).default([]),
});
export type PolicySpec = z.infer<typeof policySpecSchema>;

/** What an organisation's rules are in one version. */
export const policySchema = z.object({
  version: z.int().nonnegative(),
  rules: z.array(toolRuleSchema),
  examples: z.array(policyExampleSchema),
});
export type Policy = z.infer<typeof policySchema>;

export const policyVersionSchema = z.object({
  version: z.int().positive(),
  by: z.string(),
  /** What was changed and why, as whoever did it says. */
  note: z.string().nullable(),
  added: z.int(),
  changed: z.int(),
  removed: z.int(),
  createdAt: z.iso.datetime(),
});
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

/** What a version has otherwise than another one. */
export const policyDiffSchema = z.object({
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  added: z.array(toolRuleSchema),
  removed: z.array(toolRuleSchema),
  changed: z.array(z.object({ before: toolRuleSchema, after: toolRuleSchema })),
  examplesAdded: z.array(policyExampleSchema),
  examplesRemoved: z.array(policyExampleSchema),
});
export type PolicyDiff = z.infer<typeof policyDiffSchema>;

export function diffPolicies(before: Policy, after: Policy): PolicyDiff {
  const had = new Map(before.rules.map((rule) => [rule.id, rule]));
  const has = new Set(after.rules.map(({ id }) => id));
  const pairs = after.rules.flatMap((rule) => {
    const old = had.get(rule.id);
    return old && ruleText(old) !== ruleText(rule) ? [{ before: old, after: rule }] : [];
  });
  return {
    from: before.version,
    to: after.version,
    added: after.rules.filter(({ id }) => !had.has(id)),
    removed: before.rules.filter(({ id }) => !has.has(id)),
    changed: pairs,
    examplesAdded: without(after.examples, before.examples),
    examplesRemoved: without(before.examples, after.examples),
  };
}

function without(examples: readonly PolicyExample[], others: readonly PolicyExample[]) {
  const texts = new Set(others.map((one) => canonicalJson(one)));
  return examples.filter((one) => !texts.has(canonicalJson(one)));
}

/** What a rule says, whoever wrote it and whatever its id is. */
export function ruleText(rule: ToolRuleSpec | ToolRule): string {
  const { effect, tool, agent, environment, when, note, enabled } = rule;
  const runId = "runId" in rule ? rule.runId : null;
  return canonicalJson({ effect, tool, agent, runId, environment, when, note, enabled });
}

/** What is to be done so that the rules are others. */
export interface PolicyChange {
  /** Ids of rules that end; those that begin anew in another form are among them. */
  ended: string[];
  begun: Omit<NewToolRule, "by">[];
}

/**
 * What makes the rules that there are, those of single runs aside, those of a file.
 *
 * @param newRuleId gives the ids of those that are new
 */
export function planPolicy(
  now: readonly ToolRule[],
  wanted: readonly ToolRuleSpec[],
  newRuleId: () => string,
): PolicyChange {
  const left = new Map(now.map((rule) => [rule.id, rule]));
  const named = new Set(wanted.flatMap(({ id }) => id ?? []).filter((id) => left.has(id)));
  const unnamed = Map.groupBy(
    now.filter(({ id }) => !named.has(id)),
    ruleText,
  );
  const change: PolicyChange = { ended: [], begun: [] };
  for (const spec of wanted) {
    const old = left.get(spec.id ?? "") ?? unnamed.get(ruleText(spec))?.shift();
    if (old) left.delete(old.id);
    if (old && ruleText(old) === ruleText(spec)) continue;
    if (old) change.ended.push(old.id);
    const id = old?.id ?? newRuleId();
    change.begun.push({ ...spec, id, runId: null, interruptId: old?.interruptId ?? null });
  }
  return { ...change, ended: [...change.ended, ...left.keys()] };
}

/** What makes the rules that there are, those of single runs aside, those of an earlier version. */
export function planRestore(now: readonly ToolRule[], wanted: readonly ToolRule[]): PolicyChange {
  const had = new Map(now.map((rule) => [rule.id, ruleText(rule)]));
  const has = new Map(wanted.map((rule) => [rule.id, ruleText(rule)]));
  const differs = ({ id }: ToolRule) => had.get(id) !== has.get(id);
  return {
    ended: now.filter(differs).map(({ id }) => id),
    begun: wanted.filter(differs),
  };
}
