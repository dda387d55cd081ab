import {
  decide,
  FlotillaError,
  mayGive,
  rolePermissions,
  type AccessRule,
  type Caller,
  type Permission,
  type Role,
} from "@flotilla/core";

/**
 * What the caller may hand on to a key: nobody makes one that may more than he does. Whoever is bound to
 * scopes makes only keys that are, and scopes must be permissions that the caller has himself.
 *
 * Throws `forbidden`.
 *
 * @returns the scopes of the key; null: all that its role may
 */
export function grantOf(
  caller: Caller,
  rules: readonly AccessRule[],
  { role, scopes }: { role: Role; scopes: Permission[] | undefined },
): Permission[] | null {
  if (!caller.instance && !mayGive(caller.role, role)) {
    throw tooMuch(caller, `the role ${role}`);
  }
  const wanted = scopes ?? caller.scopes?.filter((one) => rolePermissions[role].has(one));
  if (!wanted) return null;
  const lacking = wanted.find((permission) => !decide(caller, permission, rules).allowed);
  if (lacking !== undefined) throw tooMuch(caller, lacking);
  return wanted;
}

function tooMuch(caller: Caller, what: string): FlotillaError {
  return new FlotillaError("forbidden", `${caller.name} may not hand on ${what}.`, {
    remedy: "Give the key a weaker role or fewer scopes, or ask somebody who may more.",
  });
}
