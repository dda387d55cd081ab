import { FlotillaError, newId, type Log } from "@flotilla/core";
import type { AuthDatabase } from "@flotilla/store";
import type { BetterAuthOptions } from "better-auth";
import { APIError, createAuthMiddleware, isAPIError } from "better-auth/api";
import { bearer, deviceAuthorization, genericOAuth, jwt, twoFactor } from "better-auth/plugins";
import type { OidcProvider } from "./settings.ts";
import { oidcConfig } from "./oidc-config.ts";
import { admitUser } from "./admit-user.ts";
import { enrolPlugin } from "./enrol-plugin.ts";
import type { Passwords } from "./password.ts";

/** What the sign-in library is set up with. */
export interface AuthParts {
  database: AuthDatabase;
  secret: string;
  passwords: Passwords;
  /** Undefined: the server is on loopback, and is called as the request says. */
  publicUrl: string | undefined;
  /** Names that the server may be called by beside those of loopback. */
  allowedHosts: readonly string[];
  openRegistration: boolean;
  oidc: readonly OidcProvider[];
  /** Whether an invitation for the e-mail address is open. */
  isInvited(email: string): Promise<boolean>;
  /** Told of a user who came from a provider of sign-in for the first time. */
  onNewcomer(userId: string, provider: OidcProvider): Promise<void>;
  env: NodeJS.ProcessEnv;
  log: Log;
}

export const authPath = "/api/auth";
/** Who the command line says it is when it asks for a device code. */
const cliClientId = "flotilla-cli";
/** The header by which the server tells the library where a request came from. */
export const addressHeader = "x-flotilla-address";

const day = 86_400;
const idPrefixes: Readonly<Record<string, "usr" | "ses">> = { user: "usr", session: "ses" };

/** `iss` and `aud` of the tokens that the platform makes for its users. */
export function tokenIssuer(publicUrl: string | undefined): string {
  return publicUrl ?? "flotilla";
}

/**
 * Who somebody is, and nothing else: organisations, roles and API keys are Flotilla's own. Rates are
 * limited by the server, which also answers for the time before anybody is known.
 */
export function authOptions(parts: AuthParts) {
  const { database, passwords, publicUrl } = parts;
  return {
    appName: "Flotilla",
    // Questions of the server itself are about no address. An address that has a path of its own is taken as it is.
    baseURL: publicUrl === undefined ? loopbackUrl(parts.allowedHosts) : publicUrl + authPath,
    basePath: authPath,
    secret: parts.secret,
    database,
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: libraryLog(parts.log),
    onAPIError: { onError: (error) => noteError(parts.log, error) },
    emailAndPassword: {
      enabled: true,
      disableSignUp: !parts.openRegistration,
      minPasswordLength: 10,
      maxPasswordLength: 200,
      password: {
        hash: (password) => passwords.hash(password).catch(asLibraryError),
        verify: (of) => passwords.verify(of).catch(asLibraryError),
      },
      revokeSessionsOnPasswordReset: true,
    },
    session: { expiresIn: 7 * day, updateAge: day, freshAge: day },
    user: { validateUserInfo: async (identity) => admitUser(parts, identity) },
    databaseHooks: databaseHooks(parts),
    hooks: { before: endOtherSessions },
    account: {
      encryptOAuthTokens: true,
      // Where only people who were invited have accounts, an address that the provider has verified is
      // proof enough to join them. Where anybody can make an account, it may be somebody else's.
      accountLinking: { requireLocalEmailVerified: parts.openRegistration },
    },
    advanced: {
      cookiePrefix: "flotilla",
      // Said, because the library would leave them out wherever NODE_ENV is "test".
      disableCSRFCheck: false,
      disableOriginCheck: false,
      useSecureCookies: publicUrl?.startsWith("https:") ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: cookiePath(publicUrl) },
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { generateId: ({ model }) => newId(idPrefixes[model] ?? "aut") },
    },
    plugins: plugins(parts),
  } satisfies BetterAuthOptions;
}

/** Below a path of an address that others share, they are not for those others. */
function cookiePath(publicUrl: string | undefined): string {
  return publicUrl === undefined ? "/" : new URL(publicUrl).pathname;
}

/** A new password ends all other sessions, unless it is said that they stay. */
const endOtherSessions = createAuthMiddleware(async ({ path, body }) => {
  if (path !== "/change-password") return undefined;
  return { context: { body: { revokeOtherSessions: true, ...body } } };
});

function databaseHooks(parts: AuthParts): NonNullable<BetterAuthOptions["databaseHooks"]> {
  return {
    user: {
      create: {
        async after(user, context) {
          if (context?.path !== "/callback/:id") return;
          const id: unknown = context.params?.["id"];
          const provider = parts.oidc.find((one) => one.id === id);
          if (provider) await parts.onNewcomer(user.id, provider);
        },
      },
    },
  };
}

/** As the request says, over plain HTTP, with any port. */
function loopbackUrl(allowedHosts: readonly string[]) {
  // A star stands for what is between two dots.
  const names = ["localhost", "127.*.*.*", "[::1]", ...allowedHosts];
  const hosts = names.flatMap((name) => [name, `${name}:*`]);
  return { allowedHosts: hosts, protocol: "http", fallback: "http://localhost" } as const;
}

function plugins({ publicUrl, oidc, env }: AuthParts) {
  return [
    enrolPlugin(),
    bearer(),
    jwt({
      disableSettingJwtHeader: true,
      jwks: { rotationInterval: 90 * day, gracePeriod: 30 * day },
      jwt: {
        issuer: tokenIssuer(publicUrl),
        audience: tokenIssuer(publicUrl),
        expirationTime: "15m",
        definePayload: ({ user, session }) => ({
          email: user.email,
          name: user.name,
          sid: session.id,
        }),
      },
    }),
    twoFactor({ issuer: "Flotilla" }),
    deviceAuthorization({
      expiresIn: "15m",
      interval: "5s",
      verificationUri: `${publicUrl ?? ""}/device`,
      validateClient: (clientId) => clientId === cliClientId,
    }),
    genericOAuth({ config: oidc.map((provider) => oidcConfig(provider, env)) }),
  ];
}

/** The library hands its own errors on, and hides all others. */
function asLibraryError(error: unknown): never {
  if (error instanceof FlotillaError && error.code === "rate_limited") {
    throw new APIError("TOO_MANY_REQUESTS", { message: error.message });
  }
  throw error;
}

/** What the caller is told is no news; what nobody expected is. */
function noteError(log: Log, error: unknown): void {
  if (isAPIError(error) && error.statusCode < 500) {
    log.debug({ reason: error.message }, "sign-in was refused");
  } else {
    log.error({ err: error }, "sign-in failed");
  }
}

function libraryLog(log: Log) {
  return {
    level: "warn" as const,
    log(level: string, message: string, ...rest: unknown[]) {
      const [err] = rest;
      const fields = { from: "sign-in", ...(err instanceof Error && { reason: err.message }) };
      log[level === "error" ? "warn" : "debug"](fields, message);
    },
  };
}
