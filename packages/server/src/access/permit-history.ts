import type { Caller, Thread } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { requirePermission } from "./permit.ts";

/**
 * Throws `forbidden` when an access rule keeps a run of the conversation up to this one from the caller:
 * who goes on from it lets an agent of his own read it to him.
 */
export async function permitHistory(c: Context<ServerEnv>, runId: string): Promise<void> {
  const { caller, store, parts } = c.var;
  const rules = await parts.access.rules(caller.organisation);
  if (rules.length === 0) return;
  for (const agent of await store.runs.lineageAgents(runId)) {
    await requirePermission(parts.access, readerOf(caller), "runs.read", agent);
  }
}

/**
 * The thread that the caller wants to go on in, of which he learns by it how far it has come. Throws
 * `not_found`, or `forbidden` when an access rule keeps it from him.
 */
export async function continuedThread(c: Context<ServerEnv>, threadId: string): Promise<Thread> {
  const { caller, store, parts } = c.var;
  const thread = await store.threads.get(threadId);
  await requirePermission(parts.access, readerOf(caller), "threads.read", thread.agent ?? "");
  return thread;
}

/** A key that may only run agents goes on with what it has begun. */
function readerOf({ scopes: _scopes, ...reader }: Caller): Caller {
  return reader;
}
