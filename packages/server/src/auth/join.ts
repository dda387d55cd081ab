import type { AdminLinkAccept, InvitationAccept, InvitationOpened, Joined } from "@flotilla/api";
import { FlotillaError, type Invitation } from "@flotilla/core";
import type { Membership, Person } from "./identity.ts";
import { hashLinkToken } from "./link-token.ts";
import type { Auth } from "./open-auth.ts";

export interface JoinStore {
  findInvitation(hash: Uint8Array): Promise<Invitation | null>;
  /** Makes the user a member, or leaves him the role that he has; null when the invitation is no longer open. */
  acceptInvitation(
    hash: Uint8Array,
    userId: string,
  ): Promise<(Membership & { keptRole: boolean }) | null>;
  /** Makes the link void; false when it is no longer good. */
  takeAdminLink(hash: Uint8Array): Promise<boolean>;
  /** Makes the user an owner of the home organisation. */
  makeOwner(userId: string): Promise<Membership>;
  findUserId(email: string): Promise<string | null>;
}

export interface JoinParts {
  auth: Pick<Auth, "enrol">;
  store: JoinStore;
}

/** Somebody who came in, and the cookies of his session, if it is a new one. */
export interface Entry extends Joined {
  cookies: string[];
}

/** What the link of an invitation offers. Throws `not_found` when it is not open. */
export async function openInvitation(
  { store }: JoinParts,
  token: string,
): Promise<InvitationOpened> {
  const invitation = await openedBy(store, token);
  const { organisation, email, role, createdBy, expiresAt } = invitation;
  const hasAccount = (await store.findUserId(email)) !== null;
  return { organisation, email, role, createdBy, expiresAt, hasAccount };
}

/**
 * Makes whoever holds the link a member: with a new account, or with the one that he is signed in
 * with. Whoever is a member keeps his role. Throws `not_found` when the invitation is not open, and `unauthenticated` where its address has
 * an account and that is not signed in.
 */
export async function acceptInvitation(
  parts: JoinParts,
  { token, name, password }: InvitationAccept,
  person: Person | null,
  headers: Headers,
): Promise<Entry> {
  const { store, auth } = parts;
  const { email } = await openedBy(store, token);
  const hash = hashLinkToken(token);
  const userId = await store.findUserId(email);
  if (userId !== null) {
    if (person?.userId !== userId) throw signInFirst(email);
    return { ...entered(await store.acceptInvitation(hash, userId), userId), cookies: [] };
  }
  if (!name || !password) {
    throw new FlotillaError("invalid_request", "A new account needs a name and a password.");
  }
  const made = await auth.enrol({ name, email, password, recover: false }, headers);
  return {
    ...entered(await store.acceptInvitation(hash, made.userId), made.userId),
    cookies: made.cookies,
  };
}

/**
 * Makes whoever holds the link an owner of the home organisation. An account that is there already gets
 * the password, and loses its sessions and its second factor: the link is also the way back in. The link is
 * taken first: of two who bring it at once, the other changes nothing. Throws `not_found` when the link is
 * not good.
 */
export async function acceptAdminLink(
  { store, auth }: JoinParts,
  { token, name, email, password }: AdminLinkAccept,
  headers: Headers,
): Promise<Entry> {
  if (!(await store.takeAdminLink(hashLinkToken(token)))) throw linkGone();
  const { userId, cookies } = await auth.enrol({ name, email, password, recover: true }, headers);
  return { userId, ...(await store.makeOwner(userId)), keptRole: false, cookies };
}

async function openedBy(store: JoinStore, token: string): Promise<Invitation> {
  const invitation = await store.findInvitation(hashLinkToken(token));
  if (!invitation) throw linkGone();
  return invitation;
}

function entered(membership: Omit<Joined, "userId"> | null, userId: string): Joined {
  if (!membership) throw linkGone();
  return { userId, ...membership };
}

function linkGone(): FlotillaError {
  return new FlotillaError("not_found", "This link is not good, or no longer.", {
    remedy: "Each link works once and for some time: ask whoever sent it for another.",
  });
}

function signInFirst(email: string): FlotillaError {
  return new FlotillaError("unauthenticated", `${email} has an account here already.`, {
    remedy: "Sign in with it, then open the link again.",
  });
}
