import type { DeadLetter, Permission } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { permit, permitted } from "./permit.ts";

/**
 * A dead letter that the caller sees and has the permission for; access rules name it by its agent.
 * Throws `not_found` for one of another organisation or environment, or `forbidden`.
 */
export async function permittedLetter(
  c: Context<ServerEnv>,
  permission: Permission,
  letterId: string,
): Promise<DeadLetter> {
  const letter = await c.var.store.deadLetters.get(letterId);
  await permit(c, permission, letter.agentName);
  return letter;
}

/** Of the agents that have dead letters, those whose letters the caller has the permission for. */
export async function permittedAgents(
  c: Context<ServerEnv>,
  permission: Permission,
): Promise<string[]> {
  const shown = await permitted(c, permission);
  return (await c.var.store.deadLetters.agents()).filter(shown);
}
