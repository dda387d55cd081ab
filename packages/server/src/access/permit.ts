import {
  decide,
  FlotillaError,
  homeOrganisation,
  type Caller,
  type Permission,
} from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import type { AccessPort, Credentials } from "./access.ts";
import { clientAddress } from "../http/client-address.ts";

/** Finds out who asks: `c.var.caller` and what he sees of the store, `c.var.store`. */
export async function identify(c: Context<ServerEnv>): Promise<void> {
  const { access, store } = c.var.parts;
  const caller = await access.identify(credentialsOf(c));
  c.set("caller", caller);
  c.set("store", caller.instance ? store : store.tenant(caller));
}

/**
 * Throws `forbidden` when the caller lacks the permission.
 *
 * @param resource the name of the agent, tool, credential or batch that is acted on
 */
export async function permit(
  c: Context<ServerEnv>,
  permission: Permission,
  resource: string,
): Promise<void> {
  c.set("resource", `${permission.split(".")[0]}/${resource}`);
  await checkPermission(c, permission, resource);
}

/** What of a request says who asks. */
export function credentialsOf(c: Context<ServerEnv>): Required<Credentials> {
  return {
    header: (name) => c.req.header(name),
    method: c.req.method,
    address: clientAddress(c),
  };
}

/** What a list may show of: tells of each resource whether the caller has the permission for it. */
export async function permitted(
  c: Context<ServerEnv>,
  permission: Permission,
): Promise<(resource: string) => boolean> {
  const { caller, parts } = c.var;
  const rules = await parts.access.rules(caller.organisation);
  return (resource) => decide(caller, permission, rules, resource).allowed;
}

/** Whether the caller is of those who look after the instance, and sees past his organisation there. */
export function seesFleet(caller: Caller): boolean {
  return caller.instance || caller.organisation === homeOrganisation;
}

/** Without a resource: whether the caller has the permission for some resource. */
export async function checkPermission(
  c: Context<ServerEnv>,
  permission: Permission,
  resource?: string,
): Promise<void> {
  const { caller, parts } = c.var;
  await requirePermission(parts.access, caller, permission, resource);
}

/** The same for a caller without a request: one whose connection stays open. */
export async function requirePermission(
  access: Pick<AccessPort, "rules">,
  caller: Caller,
  permission: Permission,
  resource?: string,
): Promise<void> {
  const rules = await access.rules(caller.organisation);
  const decision = decide(caller, permission, rules, resource);
  if (decision.allowed) return;
  const what = resource === undefined ? permission : `${permission} on ${resource}`;
  throw new FlotillaError("forbidden", `${caller.name} may not ${what}: ${decision.reason}.`, {
    details: { permission },
  });
}
