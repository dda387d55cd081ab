import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";

/**
 * Whose rows a list shows: the caller's organisation. Only the operator of the instance sees others:
 * the one he names, or all of them.
 */
export function ownOrganisation(
  c: Context<ServerEnv>,
  named: string | undefined,
): string | undefined {
  const { caller } = c.var;
  return caller.instance ? named : caller.organisation;
}
