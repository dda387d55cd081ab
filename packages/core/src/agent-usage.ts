import { z } from "zod";
import { agentNameSchema } from "./agent.ts";
import { runStatusSchema } from "./run.ts";

const count = z.int().nonnegative();

/** What became of the runs of an agent that were started in a time; those of drafts are left out. */
export const agentUsageSchema = z.object({
  agent: agentNameSchema,
  runs: count,
  completed: count,
  failed: count,
  /** Of the runs themselves, without those that they began. */
  costMicros: count,
  /** Of a completed run, from its first step to its end; null where none was. */
  meanMs: z.number().nonnegative().nullable(),
  /** The newest runs, the oldest of them first. */
  recent: z.array(runStatusSchema).max(12),
});
export type AgentUsage = z.infer<typeof agentUsageSchema>;
