import { agentSchema, agentSpecSchema, agentNameSchema } from "@flotilla/core";
import { z } from "zod";
import { highestInteger } from "./bounds.ts";
import { longPageQuerySchema, pageSchema } from "./page.ts";

export const agentParamsSchema = z.object({ name: agentNameSchema });
export const agentQuerySchema = z.object({
  version: z.coerce.number().int().positive().max(highestInteger).optional(),
});
export const agentListQuerySchema = longPageQuerySchema.extend({
  archived: z.enum(["true", "false"]).default("false"),
});
export const agentListSchema = pageSchema(agentSchema);
/** Body of `PUT /agents/{name}`; its name must be the path's. */
export const agentApplySchema = agentSpecSchema;
export type AgentApply = z.input<typeof agentApplySchema>;
