import {
  callSketchSchema,
  environmentSchema,
  policySpecSchema,
  toolEffectSchema,
  toolRuleSchema,
  toolRuleSpecSchema,
  type ToolRule,
} from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageSchema, type Page, type PageQuery } from "./page.ts";
import { runIdSchema } from "./run.ts";
import type { ToolRuleHitPage, ToolRuleHitsQuery } from "./tool-rule-hit.ts";
import type { Transport } from "./transport.ts";

export const toolRuleParamsSchema = z.object({
  toolRuleId: z.string().regex(/^trl_[0-9a-z]{26}$/, "not the id of a tool rule"),
});

export const ruleNoteSchema = storableText.min(1).max(500);

export const toolRuleAddSchema = z
  .strictObject({
    ...toolRuleSpecSchema.omit({ id: true }).shape,
    /** Why there is such a rule. */
    note: ruleNoteSchema.nullable().default(null),
    /** Default: calls of every run. */
    runId: runIdSchema.nullable().default(null),
    /** Default: in every environment. */
    environment: environmentSchema.nullable().default(null),
  })
  .refine(({ agent, runId }) => agent === null || runId === null, {
    path: ["agent"],
    error: "a run has one agent: name the run or the agent",
  });
export type ToolRuleAdd = z.input<typeof toolRuleAddSchema>;

export const toolRulePageSchema = pageSchema(toolRuleSchema);

export const toolDecisionSchema = z.object({
  effect: toolEffectSchema,
  /** What decided. */
  reason: z.string(),
  ruleId: z.string().optional(),
});

/** What would become of a call. */
export const toolVerdictSchema = toolDecisionSchema.extend({
  /** Of the rules that were asked. */
  version: z.int().nonnegative(),
  /** What each rule about the tool makes of it, the most specific first. */
  trace: z.array(
    z.object({
      ruleId: z.string(),
      effect: toolEffectSchema,
      /** `later`: it holds, but another rule decides before it. */
      outcome: z.enum(["decides", "later", "does_not_hold"]),
      why: z.string().optional(),
    }),
  ),
});
export type ToolVerdict = z.infer<typeof toolVerdictSchema>;

export const toolCallSketchSchema = callSketchSchema;

export const policyPreviewSchema = z.strictObject({
  /** The rules that there might be. */
  policy: policySpecSchema,
  /** Only calls of this run. Default: of the newest runs. */
  runId: runIdSchema.optional(),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(200).optional(),
  /** Runs that one page looks at, at most. */
  runs: z.int().min(1).max(50).default(20),
});
export type PolicyPreview = z.input<typeof policyPreviewSchema>;

/** Calls of real runs that would come to something else. */
export const policyPreviewPageSchema = pageSchema(
  z.object({
    runId: z.string(),
    callId: z.string(),
    tool: z.string(),
    agent: z.string(),
    /** When the call was asked for. */
    at: z.iso.datetime(),
    /** By the rules as they are. */
    before: toolDecisionSchema,
    /** By the rules that there might be. */
    after: toolDecisionSchema,
  }),
).extend({
  /** What this page looked at. */
  runs: z.int().nonnegative(),
  calls: z.int().nonnegative(),
});
export type PolicyPreviewPage = z.infer<typeof policyPreviewPageSchema>;

/** Which calls of tools are made, asked about first, or not made. */
export function toolRuleClient(http: Transport) {
  const path = (ruleId: string) => `/tool-rules/${encodeURIComponent(ruleId)}`;
  return {
    list: (query: PageQuery = {}) =>
      http.json<Page<ToolRule>>("GET", "/tool-rules", { query: query as never }),
    get: (ruleId: string) => http.json<ToolRule>("GET", path(ruleId)),
    add: (rule: ToolRuleAdd) => http.json<ToolRule>("POST", "/tool-rules", { json: rule }),
    change: (ruleId: string, rule: ToolRuleAdd) =>
      http.json<ToolRule>("PUT", path(ruleId), { json: rule }),
    remove: (ruleId: string) => http.json<void>("DELETE", path(ruleId)),
    hits: (query: ToolRuleHitsQuery = {}) =>
      http.json<ToolRuleHitPage>("GET", "/tool-rule-hits", { query: query as never }),
    decide: (call: z.input<typeof callSketchSchema>) =>
      http.json<ToolVerdict>("POST", "/tool-rules/decide", { json: call }),
    preview: (asked: PolicyPreview) =>
      http.json<PolicyPreviewPage>("POST", "/tool-rules/preview", { json: asked }),
  };
}
