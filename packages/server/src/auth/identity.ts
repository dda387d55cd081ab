import {
  defaultEnvironment,
  FlotillaError,
  homeOrganisation,
  mayGive,
  rolePermissions,
  type Caller,
  type Environment,
  type Permission,
  type Role,
} from "@flotilla/core";
import type { GoodKey } from "@flotilla/store";
import type { SignedIn } from "./open-auth.ts";
import type { Service } from "./service-token.ts";

/** What a person is to an organisation. */
export interface Membership {
  organisation: string;
  role: Role;
}

/** A person with a session, and where he is a member. */
export interface Person extends Pick<SignedIn, "userId" | "name" | "email" | "sessionId"> {
  memberships: readonly Membership[];
}

/** Whom a credential stands for, before it is known what the request is about. */
export type Identity =
  | { kind: "key"; key: GoodKey }
  | { kind: "service"; service: Service }
  | { kind: "user"; person: Person };

/** What the request names. */
export interface Wanted {
  organisation: string | undefined;
  environment: Environment | undefined;
}

/** The caller, where the request wants to act. Throws `forbidden` where he may not. */
export function callerOf(identity: Identity, wanted: Wanted): Caller {
  if (identity.kind === "user") return userCaller(identity.person, wanted);
  const { kind } = identity;
  const from = kind === "key" ? identity.key : identity.service;
  const userId = kind === "key" ? identity.key.userId : null;
  const { id, name, organisation, role } = from;
  const scopes = kind === "key" ? heldScopes(identity.key) : identity.service.scopes;
  if (wanted.organisation !== undefined && wanted.organisation !== organisation) {
    throw notThere(
      `${name} is of the organisation ${organisation}, not of ${wanted.organisation}.`,
    );
  }
  const environment = from.environment ?? wanted.environment ?? defaultEnvironment;
  if (wanted.environment !== undefined && wanted.environment !== environment) {
    throw notThere(`${name} is for the environment ${environment}, not for ${wanted.environment}.`);
  }
  const caller = { kind, id, name, organisation, environment, role, instance: false } as const;
  return { ...caller, ...(userId !== null && { userId }), ...(scopes && { scopes }) };
}

/** No more than whoever made the key may by now, if he may less than when he made it. */
function heldScopes({ role, scopes, makerRole }: GoodKey): Permission[] | null {
  if (makerRole === null || mayGive(makerRole, role)) return scopes;
  const left = rolePermissions[makerRole];
  return (scopes ?? [...rolePermissions[role]]).filter((one) => left.has(one));
}

function userCaller({ userId, name, email, memberships }: Person, wanted: Wanted): Caller {
  const membership = wanted.organisation
    ? memberships.find(({ organisation }) => organisation === wanted.organisation)
    : // Who says nothing is at home, where he is a member of it.
      (memberships.find(({ organisation }) => organisation === homeOrganisation) ?? memberships[0]);
  if (!membership) {
    if (wanted.organisation) {
      throw notThere(`${email} is no member of the organisation ${wanted.organisation}.`);
    }
    throw new FlotillaError("forbidden", `${email} is not a member of any organisation.`, {
      remedy: "Ask an owner or admin of the organisation for an invitation.",
    });
  }
  return {
    kind: "user",
    id: userId,
    name: name || email,
    ...membership,
    environment: wanted.environment ?? defaultEnvironment,
    instance: false,
  };
}

function notThere(message: string): FlotillaError {
  return new FlotillaError("forbidden", message, {
    remedy: "Leave the header out, or name an organisation and environment that are yours.",
  });
}
