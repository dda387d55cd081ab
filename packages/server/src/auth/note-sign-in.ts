import type { ActivityOutcome, Actor } from "@flotilla/core";
import type { Context } from "hono";
import { noteActivity } from "../activity/note-activity.ts";
import type { ServerEnv } from "../app-parts.ts";
import type { Auth, SignedIn } from "./open-auth.ts";

/** What the library's doors are used for, by what follows the path of the library. */
const actions: readonly [RegExp, string][] = [
  [/^(?:sign-in\/email|callback\/.+|two-factor\/verify-.+|device\/token)$/, "session.created"],
  [/^sign-up\/email$/, "account.created"],
  [/^sign-out$/, "session.ended"],
  [/^revoke-/, "session.revoked"],
  [/^change-password$/, "password.changed"],
  [/^verify-password$/, "password.verified"],
  [/^update-user$/, "account.changed"],
  [/^link-social$/, "account.linked"],
  [/^unlink-account$/, "account.unlinked"],
  [/^two-factor\/enable$/, "two_factor.enabled"],
  [/^two-factor\/disable$/, "two_factor.disabled"],
  [/^two-factor\/generate-backup-codes$/, "backup_codes.created"],
  [/^device\/approve$/, "device.approved"],
  [/^device\/deny$/, "device.denied"],
];

/** One use of a door of the library. */
export interface SignInUse {
  /** What follows the path of the library. */
  door: string;
  /** Who asked, as far as a session says. */
  before: SignedIn | null;
  /** The text that was sent. */
  body: string | undefined;
  answer: Response;
}

/** The event that the use of a door is; undefined for doors that change nothing. */
export function signInAction(door: string): string | undefined {
  return actions.find(([path]) => path.test(door))?.[1];
}

/**
 * Notes a sign-in, and what people do with their sessions and accounts, in each organisation of whoever
 * it was; what failed before somebody was known, with the address that was claimed, in the home organisation.
 * What only leads to the next step, as a password before the second factor, is not noted.
 */
export async function noteSignIn(
  c: Context<ServerEnv>,
  auth: Pick<Auth, "session">,
  { door, before, body, answer }: SignInUse,
): Promise<void> {
  const action = signInAction(door);
  const isWaiting = door === "device/token" && answer.status === 400;
  if (action === undefined || isWaiting) return;
  const outcome = outcomeOf(door, answer);
  const came = before ?? (outcome === "allowed" ? await sessionOf(auth, answer) : null);
  if (outcome === "allowed" && !came) return;
  const { store } = c.var.parts;
  const actor: Actor = came
    ? { kind: "user", id: came.userId, name: came.name }
    : { kind: "unknown", id: claimedEmail(body), name: "" };
  const deed = {
    ...{ action, outcome, actor, status: answer.status },
    operation: `${c.req.method} ${c.req.path}`,
  };
  const organisations = came ? await store.organisations.ofUser(came.userId) : [];
  if (organisations.length === 0) noteActivity(c, deed);
  for (const { id } of organisations) noteActivity(c, { ...deed, organisation: id });
}

/** A callback answers by a redirect, with an error in it where it came to nothing. */
function outcomeOf(door: string, { status, headers }: Response): ActivityOutcome {
  if (door.startsWith("callback/") && /[?&]error=/.test(headers.get("location") ?? "")) {
    return "refused";
  }
  if (status < 400) return "allowed";
  return status === 401 || status === 403 || status === 429 ? "refused" : "failed";
}

/** The session that an answer gives. */
async function sessionOf(auth: Pick<Auth, "session">, answer: Response): Promise<SignedIn | null> {
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  if (cookie) return auth.session(new Headers({ cookie }));
  const said = (await answer
    .clone()
    .json()
    .catch(() => null)) as { access_token?: unknown } | null;
  const token = said?.access_token;
  return typeof token === "string"
    ? auth.session(new Headers({ authorization: `Bearer ${token}` }))
    : null;
}

/** The e-mail address that a body names; empty where it names none. */
export function claimedEmail(body: string | undefined): string {
  try {
    const { email } = JSON.parse(body ?? "{}") as { email?: unknown };
    return typeof email === "string" ? email.slice(0, 200) : "";
  } catch {
    return "";
  }
}
