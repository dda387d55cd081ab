import { FlotillaError, type ErrorCode } from "@flotilla/core";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiApp, ServerEnv } from "../app-parts.ts";
import { clientAddress } from "../http/client-address.ts";
import { networkOf } from "../http/network-of.ts";
import type { Rate } from "../http/rate-limiter.ts";
import type { Attempts } from "./attempts.ts";
import { addressHeader, authPath } from "./auth-options.ts";
import { claimedEmail, noteSignIn, signInAction, type SignInUse } from "./note-sign-in.ts";
import type { Auth } from "./open-auth.ts";
import { requireOwnOrigin } from "./own-origin.ts";

export interface AuthRouteParts {
  auth: Pick<Auth, "handle" | "session">;
  attempts: Attempts;
  publicUrl: string | undefined;
}

/** The doors of the sign-in library that are open; what is not named here is not found. */
const doors = new RegExp(
  `^${authPath}/(?:${[
    "sign-in/(?:email|social)",
    "sign-up/email",
    "sign-out",
    "callback/[a-z0-9-]+",
    "error",
    "get-session",
    "(?:list-sessions|revoke-sessions?|revoke-other-sessions)",
    "(?:change-password|verify-password|update-user)",
    "(?:list-accounts|link-social|unlink-account)",
    "two-factor/(?:enable|disable|get-totp-uri|verify-totp|verify-backup-code|generate-backup-codes)",
    "device(?:/(?:code|token|approve|deny))?",
    "(?:token|jwks)",
  ].join("|")})$`,
);

/** How often one address may come to the doors where something can be guessed or made. */
const rates: readonly { path: RegExp; rate: Rate }[] = [
  { path: /\/sign-in\/email$/, rate: { burst: 20, perMinute: 20 } },
  { path: /\/sign-up\/email$/, rate: { burst: 5, perMinute: 1 } },
  {
    path: /\/(?:two-factor\/verify-.*|change-password|verify-password)$/,
    rate: { burst: 10, perMinute: 10 },
  },
  { path: /\/device\/code$/, rate: { burst: 10, perMinute: 10 } },
  { path: /\/device\/token$/, rate: { burst: 60, perMinute: 60 } },
  { path: /\/device(?:\/approve|\/deny)?$/, rate: { burst: 10, perMinute: 10 } },
];
/** Of whatever content type: nothing that is sent here is longer than a form. */
const limitBody = bodyLimit({
  maxSize: 64 * 1024,
  onError() {
    throw new FlotillaError("too_large", "The request's body is larger than 64 KiB.");
  },
});

/** How often one person's password may be tried, from wherever. */
const rateOfPerson: Rate = { burst: 10, perMinute: 2 };

/**
 * The library's own routes: sign-in, sessions, second factors, devices, tokens. Its errors become problems
 * like all others, save those of device sign-in and callbacks, whose form RFC 8628 and OAuth prescribe.
 */
export function authRoutes(app: ApiApp, parts: AuthRouteParts): void {
  app.all(`${authPath}/*`, limitBody, async (c) => {
    const { path, method } = c.req;
    if (!doors.test(path)) return c.notFound();
    if (c.req.header("cookie") !== undefined || c.req.header("origin") !== undefined) {
      requireOwnOrigin({ method, header: (name) => c.req.header(name) }, parts.publicUrl);
    }
    const address = clientAddress(c);
    const body = method === "GET" || method === "HEAD" ? undefined : await c.req.text();
    for (const one of rates) {
      if (method !== "OPTIONS" && one.path.test(path))
        parts.attempts.take(`${one.path} ${networkOf(address)}`, one.rate);
    }
    if (path.endsWith("/sign-in/email")) limitPerson(c, parts.attempts, body);
    const door = path.slice(authPath.length + 1);
    const isNoted = signInAction(door) !== undefined;
    const before = isNoted ? await parts.auth.session(c.req.raw.headers) : null;
    const answer = await parts.auth.handle(libraryRequest(c, parts.publicUrl, address, body));
    if (isNoted) await noteUse(c, parts.auth, { door, before, body, answer });
    return path.startsWith(`${authPath}/device`) ? answer : presented(answer);
  });
}

/** A sign-in does not fail because it could not be noted. */
async function noteUse(c: Context<ServerEnv>, auth: Pick<Auth, "session">, use: SignInUse) {
  try {
    await noteSignIn(c, auth, use);
  } catch (error) {
    c.var.parts.log.error({ err: error, door: use.door }, "a sign-in could not be noted");
  }
}

/** Only as JSON: in another form the library might read another address than the one that is counted. */
function limitPerson(c: Context<ServerEnv>, attempts: Attempts, body: string | undefined): void {
  if (!/^application\/json(?:; *charset="?utf-8"?)?$/i.test(c.req.header("content-type") ?? "")) {
    throw new FlotillaError("invalid_request", "Sign-in takes JSON alone.", {
      remedy: "Send the content type application/json.",
    });
  }
  const email = claimedEmail(body);
  if (email) attempts.take(`password ${email.toLowerCase()}`, rateOfPerson);
}

/** As the library is to see it: under the address that people see, and from where it really comes. */
function libraryRequest(
  c: Context<ServerEnv>,
  publicUrl: string | undefined,
  address: string,
  body: string | undefined,
): Request {
  const url = new URL(c.req.url);
  const headers = new Headers(c.req.raw.headers);
  headers.set(addressHeader, address);
  headers.delete("content-length");
  const seen = publicUrl ? publicUrl + url.pathname + url.search : url.href;
  return new Request(seen, { method: c.req.method, headers, ...(body && { body }) });
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  429: "rate_limited",
};

const remedies: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD: "Check the e-mail address and the password.",
  EMAIL_PASSWORD_SIGN_UP_DISABLED: "Ask an owner or admin of the organisation for an invitation.",
  INVALID_CODE: "Take the newest code of the authenticator app, and check the clock of its device.",
  INVALID_TWO_FACTOR_COOKIE: "Sign in with the password again; a code is asked for after it.",
};

/** An error of the library as a problem; everything else as it is. */
async function presented(answer: Response): Promise<Response> {
  if (answer.status < 400) return answer;
  const said = (await answer.json().catch(() => ({}))) as { code?: unknown; message?: unknown };
  const { status } = answer;
  if (status >= 500) {
    throw new FlotillaError("internal", "Something went wrong inside the server.");
  }
  const reason = typeof said.code === "string" ? said.code.slice(0, 100) : undefined;
  const remedy = reason && remedies[reason];
  const message = typeof said.message === "string" ? said.message : "That is not possible.";
  const cause = new FlotillaError(codes[status] ?? "invalid_request", message, {
    ...(remedy && { remedy }),
    ...(reason && { details: { reason } }),
  });
  throw new HTTPException(status as ContentfulStatusCode, { cause });
}
