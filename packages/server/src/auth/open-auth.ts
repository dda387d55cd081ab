import { betterAuth } from "better-auth";
import { authOptions, type AuthParts } from "./auth-options.ts";

/** A person with a session, as far as the caller needs to be known. */
export interface SignedIn {
  userId: string;
  name: string;
  email: string;
  sessionId: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

/** What a token of the platform's own says. */
export interface OwnToken {
  userId: string;
  sessionId: string;
}

export type Auth = ReturnType<typeof openAuth>;

/** Providers that did not answer when the server started are asked again, this often at most. */
const askAgainMs = 30_000;

/** The sign-in library, behind the few questions that the server asks it. */
export function openAuth(parts: AuthParts, now: () => number = Date.now) {
  const create = () => betterAuth(authOptions(parts));
  let library = create();
  let askedAt = now();

  /** The library leaves out a provider whose discovery document it could not read. */
  async function withProviders(): Promise<typeof library> {
    const { socialProviders } = await library.$context;
    const known = new Set(socialProviders.map(({ id }) => id));
    if (parts.oidc.some(({ id }) => !known.has(id)) && now() - askedAt > askAgainMs) {
      askedAt = now();
      library = create();
    }
    return library;
  }

  return {
    /** The request's URL must be the one that people see. */
    async handle(request: Request): Promise<Response> {
      return (await withProviders()).handler(request);
    },

    /** Who holds the session of the cookie or the Bearer token; null for nobody. */
    async session(headers: Headers): Promise<SignedIn | null> {
      const found = await library.api.getSession({ headers, query: { disableRefresh: true } });
      if (!found) return null;
      const { user, session } = found;
      return {
        userId: user.id,
        name: user.name,
        email: user.email,
        sessionId: session.id,
        expiresAt: session.expiresAt.getTime(),
      };
    },

    /** Makes an account and signs its person in: the answer's cookies are the session. */
    async enrol(
      person: { name: string; email: string; password: string; recover: boolean },
      headers: Headers,
    ): Promise<{ userId: string; cookies: string[] }> {
      const { response, headers: answered } = await library.api.enrol({
        body: person,
        headers,
        returnHeaders: true,
      });
      return { userId: response.userId, cookies: answered.getSetCookie() };
    },

    /** null for a token that is not the platform's own, or no longer. */
    async verifyToken(token: string): Promise<OwnToken | null> {
      const { payload } = await library.api.verifyJWT({ body: { token } });
      if (!payload || typeof payload["sid"] !== "string") return null;
      return { userId: payload.sub, sessionId: payload["sid"] };
    },
  };
}
