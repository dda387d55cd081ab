import type { Batch, Permission, RunSummary, Thread } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { permit, requirePermission } from "./permit.ts";

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

/**
 * Throws `forbidden` when an access rule keeps a run of the conversation up to this one from the caller:
 * who goes on from it lets an agent of his own read it to him.
 */
export async function permitHistory(c: Context<ServerEnv>, runId: string): Promise<void> {
  const { caller, store, parts } = c.var;
  const rules = await parts.access.rules(caller.organisation);
  if (rules.length === 0) return;
  // A key that may only run agents goes on with what it has begun.
  const { scopes: _scopes, ...reader } = caller;
  for (const agent of await store.runs.lineageAgents(runId)) {
    await requirePermission(parts.access, reader, "runs.read", agent);
  }
}

/** The same of a thread; access rules name it by its agent, and one without an agent by `*` alone. */
export async function permittedThread(
  c: Context<ServerEnv>,
  permission: Permission,
  threadId: string,
): Promise<Thread> {
  const thread = await c.var.store.threads.get(threadId);
  await permit(c, permission, thread.agent ?? "");
  return thread;
}

/** The same of a batch; access rules name it by its name. */
export async function permittedBatch(
  c: Context<ServerEnv>,
  permission: Permission,
  batchId: string,
): Promise<Batch> {
  const batch = await c.var.store.batches.get(batchId);
  await permit(c, permission, batch.name);
  return batch;
}
