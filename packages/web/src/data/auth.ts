import { problemSchema, toProblemError } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { reportConnection } from "./connection.ts";
import { leaveToSignIn, mountUrl } from "./place.ts";

/** What the device routes answer instead of a problem (RFC 8628). */
const deviceErrorSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** One request to the routes of sign-in. Errors are FlotillaErrors as those of the client. */
async function send<T>(method: "GET" | "POST", path: string, json?: object): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(new URL(`api/auth/${path}`, mountUrl), {
      method,
      ...(json && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(json),
      }),
    });
  } catch (cause) {
    reportConnection(false);
    throw new FlotillaError("unavailable", "The server does not answer.", {
      transient: true,
      remedy: "Check that it runs and that this machine reaches it, then try again.",
      cause,
    });
  }
  reportConnection(true);
  if (!answer.ok) throw await toError(answer);
  const text = await answer.text();
  return (text === "" ? null : JSON.parse(text)) as T;
}

async function toError(answer: Response): Promise<FlotillaError> {
  const body: unknown = await answer.json().catch(() => null);
  const problem = problemSchema.safeParse(body).data;
  if (problem) return toProblemError(problem);
  const refusal = deviceErrorSchema.safeParse(body).data;
  const message = refusal?.error_description ?? `The server answered ${answer.status}.`;
  const code = answer.status === 401 ? "unauthenticated" : "invalid_request";
  const isDevice = code === "invalid_request" && refusal !== undefined;
  return new FlotillaError(code, message, {
    ...(isDevice && {
      remedy: "A code is good for 15 minutes. Run `flotilla login` again for another one.",
    }),
    details: { status: answer.status, ...(refusal && { reason: refusal.error }) },
  });
}

interface SignedIn {
  /** The password was right, and a code is asked for. */
  twoFactorRedirect?: boolean;
}

export interface Session {
  id: string;
  token: string;
  createdAt: string;
  updatedAt: string;
  expiresAt: string;
  ipAddress?: string | null;
  userAgent?: string | null;
}

export interface Account {
  user: { name: string; email: string; twoFactorEnabled?: boolean | null };
  session: Session;
}

export interface SecondFactorSecret {
  totpURI: string;
  backupCodes: string[];
}

/** Who somebody is: his password, second factor, sessions and devices. */
export const auth = {
  signIn: (given: { email: string; password: string }) =>
    send<SignedIn>("POST", "sign-in/email", given),
  register: (given: { name: string; email: string; password: string }) =>
    send<SignedIn>("POST", "sign-up/email", given),
  /** The address of the provider's page. */
  provider: (given: { provider: string; callbackURL: string; errorCallbackURL: string }) =>
    send<{ url: string }>("POST", "sign-in/social", given),
  verify: (kind: "totp" | "backup-code", code: string, trustDevice = false) =>
    send<object>("POST", `two-factor/verify-${kind}`, {
      code,
      ...(trustDevice && { trustDevice }),
    }),
  signOut: () => send<object>("POST", "sign-out", {}),
  /** null when nobody is signed in; renews the cookie of a session that is in use. */
  account: () => send<Account | null>("GET", "get-session"),
  rename: (name: string) => send<object>("POST", "update-user", { name }),
  changePassword: (given: { currentPassword: string; newPassword: string }) =>
    send<object>("POST", "change-password", { ...given, revokeOtherSessions: true }),
  setUpSecondFactor: (password: string) =>
    send<SecondFactorSecret>("POST", "two-factor/enable", { password }),
  newBackupCodes: (password: string) =>
    send<{ backupCodes: string[] }>("POST", "two-factor/generate-backup-codes", { password }),
  endSecondFactor: (password: string) => send<object>("POST", "two-factor/disable", { password }),
  sessions: () => send<Session[]>("GET", "list-sessions"),
  endSession: (token: string) => send<object>("POST", "revoke-session", { token }),
  endOtherSessions: () => send<object>("POST", "revoke-other-sessions", {}),
  device: (code: string) =>
    send<{ user_code: string; status: string }>(
      "GET",
      `device?user_code=${encodeURIComponent(code)}`,
    ),
  answerDevice: (answer: "approve" | "deny", userCode: string) =>
    send<object>("POST", `device/${answer}`, { userCode }),
};

/** Ends the session of this browser. */
export async function signOut(): Promise<void> {
  await auth.signOut();
  location.assign(`${mountUrl}sign-in`);
}

/** For pages whose person must be signed in: on a refusal for want of it, off to sign in. */
export function leaveIfSignedOut(error: Error): void {
  if (error instanceof FlotillaError && error.code === "unauthenticated") leaveToSignIn();
}
