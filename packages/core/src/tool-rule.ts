import { z } from "zod";
import { agentNameSchema } from "./agent.ts";
import { environmentSchema } from "./caller.ts";
import { globSchema } from "./glob.ts";

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
  /** Who wrote it. */
  by: z.string(),
  /** The approval that it was written with. */
  interruptId: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type ToolRule = z.infer<typeof toolRuleSchema>;
