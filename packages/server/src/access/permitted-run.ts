import type { Permission, RunSummary } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { permit } from "./permit.ts";

/**
 * A run that the caller sees and has the permission for; access rules name runs by their agent.
 * Throws `not_found` for a run of another organisation or environment, or `forbidden`.
 */
export async function permittedRun(
  c: Context<ServerEnv>,
  permission: Permission,
  runId: string,
): Promise<RunSummary> {
  const run = await c.var.store.runs.get(runId);
  await permit(c, permission, run.agentName);
  return run;
}
