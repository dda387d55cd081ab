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
 * Whether the caller may make somebody what the role is: nobody gives more than he has, and whoever is
 * bound to scopes gives no role that may more than they hold. Throws `forbidden`.
 */
export function checkGiving(caller: Caller, role: Role): void {
  checkTaking(caller, role);
  const lacking = [...rolePermissions[role]].find((one) => caller.scopes?.includes(one) === false);
  if (lacking !== undefined) throw tooMuch(caller, `the role ${role}`);
}

/** Whether he may change or remove somebody of the role: nobody takes what is more than he has. Throws `forbidden`. */
export function checkTaking(caller: Caller, role: Role): void {
  if (!caller.instance && !mayGive(caller.role, role)) throw tooMuch(caller, `the role ${role}`);
}

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
  checkTaking(caller, role);
  const wanted = scopes ?? caller.scopes?.filter((one) => rolePermissions[role].has(one));
  if (!wanted) return null;
  const lacking = wanted.find((permission) => !decide(caller, permission, rules).allowed);
  if (lacking !== undefined) throw tooMuch(caller, lacking);
  return wanted;
}

function tooMuch(caller: Caller, what: string): FlotillaError {
  return new FlotillaError("forbidden", `${caller.name} may not give or take ${what}.`, {
    remedy: "Give a weaker role or fewer scopes, or ask somebody who may more.",
  });
}
