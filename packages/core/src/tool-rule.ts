import { z } from "zod";
import { agentNameSchema } from "./agent.ts";
import { environmentSchema } from "./caller.ts";
import { globSchema } from "./glob.ts";
import { toolConditionsSchema } from "./tool-condition.ts";

/** `ask`: a person approves the call before it is made. */
export const toolEffects = ["allow", "ask", "deny"] as const;
export const toolEffectSchema = z.enum(toolEffects);
export type ToolEffect = z.infer<typeof toolEffectSchema>;

/** What happens to calls of a tool, wherever an agent's own word for it does not count. */
export const toolRuleSchema = z.object({
  id: z.string(),
  effect: toolEffectSchema,
  /** Names of tools, with `*` for any text. */
  tool: globSchema,
  /** null: of every agent. */
  agent: agentNameSchema.nullable(),
  /** null: of every run. */
  runId: z.string().nullable(),
  /** null: in every environment. */
  environment: environmentSchema.nullable(),
  /** What must be so of the call; null: nothing. */
  when: toolConditionsSchema.nullable(),
  /** Why there is such a rule, for people. */
  note: z.string().max(500).nullable(),
  /** One that is switched off holds for no call. */
  enabled: z.boolean(),
  /** Who wrote it. */
  by: z.string(),
  /** The approval that it was written with. */
  interruptId: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type ToolRule = z.infer<typeof toolRuleSchema>;

/** What a new rule need not say. */
type Optional = "when" | "note" | "enabled";
export type NewToolRule = Omit<ToolRule, "createdAt" | Optional> &
  Partial<Pick<ToolRule, Optional>>;

/** The rules of an organisation as they are in one version of them. */
export interface ToolRules {
  /** 0: there never was a rule. */
  version: number;
  rules: ToolRule[];
}
