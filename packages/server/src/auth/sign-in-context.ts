import type { Joined } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import type { Context } from "hono";
import { credentialsOf } from "../access/permit.ts";
import { noteActivity } from "../activity/note-activity.ts";
import type { ServerEnv } from "../app-parts.ts";
import { networkOf } from "../http/network-of.ts";
import { addressHeader } from "./auth-options.ts";
import type { Entry } from "./join.ts";
import { requireOwnOrigin } from "./own-origin.ts";

/** Sign-in, as one request sees it. */
export type SignInContext = ReturnType<typeof requireSignIn>;

/** Throws `conflict` on a server that asks for no sign-in. */
export function requireSignIn(c: Context<ServerEnv>) {
  const { signIn } = c.var.parts;
  if (!signIn) {
    throw new FlotillaError("conflict", "This server asks nobody to sign in.", {
      remedy: "Start it with `signIn: required`; then people can be invited.",
    });
  }
  const request = credentialsOf(c);
  return {
    ...signIn,
    address: request.address,
    /** How people reach the server. */
    baseUrl: signIn.publicUrl ?? new URL(c.req.url).origin,
    person: () => signIn.access.person(request),
    /** The request's headers, as the library is to see them. */
    headers() {
      const { origin } = new URL(c.req.url);
      const agent = request.header("user-agent");
      return new Headers({
        host: request.header("host") ?? origin,
        [addressHeader]: request.address,
        ...(agent && { "user-agent": agent }),
      });
    },
    requireOwnPage() {
      if (request.header("origin") !== undefined) requireOwnOrigin(request, signIn.publicUrl);
    },
  };
}

const rateOfLinks = { burst: 20, perMinute: 10 };

/** Bounds how often an address may try links, and what pages elsewhere may do with them. */
export function limitLinks(c: Context<ServerEnv>, signIn: SignInContext): void {
  signIn.requireOwnPage();
  signIn.attempts.take(`link ${networkOf(signIn.address)}`, rateOfLinks);
}

/** Tells who came in, and keeps the session in his browser. */
export function sendEntry(c: Context<ServerEnv>, { cookies, ...joined }: Entry) {
  const { userId, organisation } = joined;
  const actor = { kind: "user", id: userId, name: userId } as const;
  noteActivity(c, { action: "member.joined", outcome: "allowed", actor, organisation });
  for (const cookie of cookies) c.header("set-cookie", cookie, { append: true });
  c.header("cache-control", "no-store");
  return c.json(joined satisfies Joined);
}
