import { FlotillaError, type AccessRule, type Caller, type Clock } from "@flotilla/core";
import type { GoodKey } from "@flotilla/store";
import { networkOf } from "../http/network-of.ts";
import { wantedScope, type AccessPort, type Credentials } from "../access/access.ts";
import { Attempts } from "./attempts.ts";
import { callerOf, type Identity, type Membership, type Person } from "./identity.ts";
import { hashKey, keyPrefix, readKey } from "./key-text.ts";
import { KnownCallers, type Known } from "./known-callers.ts";
import type { Auth, OwnToken, SignedIn } from "./open-auth.ts";
import { requireOwnOrigin } from "./own-origin.ts";
import { issuerOf, type ServiceTokens } from "./service-token.ts";

/** What sign-in asks the database. */
export interface IdentityStore {
  findKey(hash: Uint8Array): Promise<GoodKey | null>;
  /** The person of a session that has not ended; null for none. */
  session(of: OwnToken): Promise<SignedIn | null>;
  memberships(userId: string): Promise<Membership[]>;
  /** Told `key:<id>` and `user:<id>`. */
  onAccessChange(callback: (subject: string) => void): () => void;
  onCatchUp(callback: () => void): () => void;
}

export interface RequiredAccessParts {
  auth: Pick<Auth, "session" | "verifyToken">;
  store: IdentityStore;
  services: ServiceTokens;
  /** `iss` of the platform's own tokens. */
  ownIssuer: string;
  publicUrl: string | undefined;
  rules(organisation: string): Promise<readonly AccessRule[]>;
  onKeyUsed(keyId: string): void;
  clock: Pick<Clock, "now">;
}

/** Access where callers must be known. */
export interface RequiredAccess extends AccessPort {
  /** The person of the request's session, members of nothing too; null for others. */
  person(request: Credentials): Promise<Person | null>;
  close(): void;
}

const failuresOfAddress = { burst: 30, perMinute: 30 };
/** Of keys that begin alike, wherever they come from. */
const failuresOfPrefix = { burst: 10, perMinute: 10 };
const prefixLength = `${keyPrefix}prod_`.length + 6;

/**
 * Knows callers by API key, token or session cookie, in this order. Whom a credential stands for is
 * remembered for up to 15 s and forgotten at once when the database tells of a change.
 */
export function openRequiredAccess(parts: RequiredAccessParts): RequiredAccess {
  const { store, clock } = parts;
  const now = () => clock.now();
  const known = new KnownCallers<Identity>(now);
  const failures = new Attempts(now);
  const endings = [
    store.onAccessChange((subject) => known.forget(subject)),
    store.onCatchUp(() => known.forgetAll()),
  ];

  async function identityOf(request: Credentials): Promise<Identity | null> {
    const token = bearerToken(request);
    if (token === undefined) return ofCookie(request);
    if (!token.startsWith(keyPrefix)) return known.get(token, () => ofToken(parts, token));
    return ofKey(token, networkOf(request.address ?? "unknown"));
  }

  async function ofKey(text: string, address: string): Promise<Identity | null> {
    const prefix = `prefix ${text.slice(0, prefixLength)}`;
    const failed = () => {
      // A good key is not locked out by those who guess at it.
      failures.check(prefix, failuresOfPrefix);
      failures.count(`address ${address}`, failuresOfAddress);
      failures.count(prefix, failuresOfPrefix);
      return null;
    };
    const identity = await known.get(text, async () => {
      failures.check(`address ${address}`, failuresOfAddress);
      // A checksum that does not fit costs no statement.
      const key = readKey(text) && (await store.findKey(hashKey(text)));
      if (!key) return failed();
      const until = key.goodForMs === null ? Infinity : now() + key.goodForMs;
      // It ends with the membership of whoever made it.
      const subjects = [`key:${key.id}`, `user:${key.userId}`];
      return { value: { kind: "key", key }, subjects, until };
    });
    if (identity?.kind === "key") parts.onKeyUsed(identity.key.id);
    return identity;
  }

  async function ofCookie(request: Credentials): Promise<Identity | null> {
    const cookie = sessionCookie(request.header("cookie"));
    if (cookie === undefined) return null;
    requireOwnOrigin(request, parts.publicUrl);
    const read = async () => personOf(parts, await parts.auth.session(new Headers({ cookie })));
    return known.get(cookie, read);
  }

  return {
    signIn: "required",
    async identify(request): Promise<Caller> {
      const identity = await identityOf(request);
      if (identity) return callerOf(identity, wantedScope(request));
      throw unauthenticated(request);
    },
    async person(request) {
      const identity = await identityOf(request);
      return identity?.kind === "user" ? identity.person : null;
    },
    rules: parts.rules,
    close: () => endings.forEach((end) => end()),
  };
}

/** The platform's own token, a service's, or that of a session. */
async function ofToken(parts: RequiredAccessParts, token: string): Promise<Known<Identity> | null> {
  const issuer = issuerOf(token);
  if (issuer === undefined) {
    const headers = new Headers({ authorization: `Bearer ${token}` });
    return personOf(parts, await parts.auth.session(headers));
  }
  if (issuer === parts.ownIssuer) {
    const own = await parts.auth.verifyToken(token);
    // It is worth as much as the session that it was made in.
    return personOf(parts, own && (await parts.store.session(own)));
  }
  const service = await parts.services.verify(token);
  if (!service) return null;
  return { value: { kind: "service", service }, subjects: [], until: service.expiresAt };
}

async function personOf(
  { store }: RequiredAccessParts,
  signedIn: SignedIn | null,
): Promise<Known<Identity> | null> {
  if (!signedIn) return null;
  const { userId, name, email, sessionId, expiresAt } = signedIn;
  const memberships = await store.memberships(userId);
  const person = { userId, name, email, sessionId, memberships };
  return { value: { kind: "user", person }, subjects: [`user:${userId}`], until: expiresAt };
}

function bearerToken(request: Credentials): string | undefined {
  const [, token] = /^bearer +(\S{1,8000}) *$/i.exec(request.header("authorization") ?? "") ?? [];
  return token;
}

/** The cookies that the library may look at: that of the session, under both of its names. */
function sessionCookie(header: string | undefined): string | undefined {
  const own = header
    ?.split(/; */)
    .filter((cookie) => /^(__Secure-)?flotilla\.session_token=./.test(cookie));
  return own && own.length > 0 ? own.join("; ") : undefined;
}

function unauthenticated(request: Credentials): FlotillaError {
  const sent = request.header("authorization");
  if (sent === undefined) return new FlotillaError("unauthenticated", "Nobody is signed in.");
  return new FlotillaError("unauthenticated", "The key or token is not good, or no longer.", {
    remedy: "Make another API key, or sign in again with `flotilla login`.",
  });
}
