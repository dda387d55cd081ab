import type { Permission, Thread } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { permit } from "./permit.ts";

/**
 * A thread that the caller sees and has the permission for; access rules name it by its agent, and one
 * without an agent by `*` alone. Throws `not_found` for a thread of another organisation or
 * environment, or `forbidden`.
 */
export async function permittedThread(
  c: Context<ServerEnv>,
  permission: Permission,
  threadId: string,
): Promise<Thread> {
  const thread = await c.var.store.threads.get(threadId);
  await permit(c, permission, thread.agent ?? "");
  return thread;
}

/**
 * The same for a thread that is to be deleted: what other agents have said in it goes with it, so the
 * permission is asked for each of them.
 */
export async function deletableThread(c: Context<ServerEnv>, threadId: string): Promise<Thread> {
  const thread = await permittedThread(c, "threads.write", threadId);
  for (const agent of await c.var.store.threads.agents(threadId)) {
    if (agent !== thread.agent) await permit(c, "threads.write", agent);
  }
  return thread;
}
