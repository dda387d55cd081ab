import { environmentSchema, toolRuleSchema, type ToolRule } from "@flotilla/core";
import { z } from "zod";
import { pageSchema, type Page, type PageQuery } from "./page.ts";
import { runIdSchema } from "./run.ts";
import type { Transport } from "./transport.ts";

export const toolRuleParamsSchema = z.object({
  toolRuleId: z.string().regex(/^trl_[0-9a-z]{26}$/, "not the id of a tool rule"),
});

export const toolRuleAddSchema = z
  .strictObject({
    ...toolRuleSchema.pick({ effect: true, tool: true }).shape,
    /** Default: calls of every agent. */
    agent: toolRuleSchema.shape.agent.default(null),
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

/** Which calls of tools are made, asked about first, or not made. */
export function toolRuleClient(http: Transport) {
  const path = (ruleId: string) => `/tool-rules/${encodeURIComponent(ruleId)}`;
  return {
    list: (query: PageQuery = {}) =>
      http.json<Page<ToolRule>>("GET", "/tool-rules", { query: query as never }),
    get: (ruleId: string) => http.json<ToolRule>("GET", path(ruleId)),
    add: (rule: ToolRuleAdd) => http.json<ToolRule>("POST", "/tool-rules", { json: rule }),
    remove: (ruleId: string) => http.json<void>("DELETE", path(ruleId)),
  };
}
