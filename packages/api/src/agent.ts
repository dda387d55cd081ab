import { agentSchema, agentSpecSchema, agentNameSchema } from "@flotilla/core";
import { z } from "zod";
import { highestInteger } from "./bounds.ts";

export const agentParamsSchema = z.object({ name: agentNameSchema });
export const agentQuerySchema = z.object({
  version: z.coerce.number().int().positive().max(highestInteger).optional(),
});
export const agentListQuerySchema = z.object({
  archived: z.enum(["true", "false"]).default("false"),
});
export const agentListSchema = z.object({ items: z.array(agentSchema) });
/** Body of `PUT /agents/{name}`; its name must be the path's. */
export const agentApplySchema = agentSpecSchema;
export type AgentApply = z.input<typeof agentApplySchema>;
