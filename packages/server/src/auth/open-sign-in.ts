import {
  defaultEnvironment,
  homeOrganisation,
  type AccessRule,
  type Clock,
  type Invitation,
  type Log,
} from "@flotilla/core";
import { authDatabase, type Store } from "@flotilla/store";
import type { ActivityLog, NewActivity } from "../activity/activity-log.ts";
import type { Config } from "../config.ts";
import type { Redactor } from "../redact/redactor.ts";
import { Attempts } from "./attempts.ts";
import { tokenIssuer, type NewSession } from "./auth-options.ts";
import type { OidcProvider } from "./settings.ts";
import type { JoinParts } from "./join.ts";
import { newLinkToken, type LinkToken } from "./link-token.ts";
import { openAuth, type Auth } from "./open-auth.ts";
import { openPasswords } from "./password.ts";
import { openRequiredAccess, type RequiredAccess } from "./required-access.ts";
import { readSecret } from "./secret-file.ts";
import { openServiceTokens } from "./service-token.ts";

/** Everything of sign-in that the server's routes use. */
export interface SignIn extends JoinParts {
  access: RequiredAccess;
  auth: Auth;
  attempts: Attempts;
  publicUrl: string | undefined;
  openRegistration: boolean;
  providers: readonly OidcProvider[];
  /** Told of a new invitation and its link: where e-mail is sent from. */
  onInvitation(invitation: Invitation, link: string): Promise<void>;
  /** A new admin link's token, while the home organisation has no owner; undefined when it has. */
  firstAdminLink(): Promise<LinkToken | undefined>;
  close(): Promise<void>;
}

export type SignInSettings = Pick<
  Config,
  | "home"
  | "secret"
  | "publicUrl"
  | "allowedHosts"
  | "openRegistration"
  | "oidc"
  | "jwt"
  | "variables"
>;

export interface SignInParts {
  store: Pick<Store, "pool" | "identity">;
  rules(organisation: string): Promise<readonly AccessRule[]>;
  onInvitation?: SignIn["onInvitation"];
  /** Where sessions that begin are noted. */
  activity?: Pick<ActivityLog, "note">;
  /** Learns the secret. */
  redact: Pick<Redactor, "learn">;
  clock: Clock;
  log: Log;
}

const noteUseMs = 60_000;
/** The time that the first admin link is good for. */
export const adminLinkSeconds = 86_400;

/** Opens sign-in on a database. Throws `config_invalid` for a secret that cannot be used. */
export async function openSignIn(settings: SignInSettings, parts: SignInParts): Promise<SignIn> {
  const { clock, log } = parts;
  const { pool, identity: store } = parts.store;
  const { publicUrl, openRegistration, oidc } = settings;
  const now = () => clock.now();
  const secret = await readSecret(settings.home, settings.secret);
  parts.redact.learn(secret);
  const auth = openAuth(
    {
      database: authDatabase(pool),
      secret,
      passwords: openPasswords(),
      publicUrl,
      allowedHosts: settings.allowedHosts,
      openRegistration,
      oidc,
      isInvited: store.isInvited,
      async onNewcomer(userId, { organisation, defaultRole }) {
        if (defaultRole) await store.addMember(organisation, userId, defaultRole);
      },
      onSession: (session) => parts.activity?.note(sessionDeed(session)),
      env: settings.variables,
      log,
    },
    now,
  );
  const uses = keyUses(store.noteKeyUse, log);
  const access = openRequiredAccess({
    auth,
    store,
    services: openServiceTokens(settings.jwt, now, log),
    ownIssuer: tokenIssuer(publicUrl),
    publicUrl,
    rules: parts.rules,
    onKeyUsed: uses.add,
    clock,
  });
  return {
    access,
    auth,
    store,
    attempts: new Attempts(now),
    publicUrl,
    openRegistration,
    providers: oidc,
    onInvitation: parts.onInvitation ?? (async () => undefined),
    async firstAdminLink() {
      if (await store.hasOwner()) return undefined;
      const token = newLinkToken();
      await store.createAdminLink(token.hash, adminLinkSeconds);
      return token;
    },
    async close() {
      access.close();
      await uses.close();
    },
  };
}

/** Sessions are the instance's: a person may be a member of several organisations, or of none yet. */
function sessionDeed({ userId, name, way, ip, userAgent }: NewSession): NewActivity {
  return {
    organisation: homeOrganisation,
    environment: defaultEnvironment,
    actor: { kind: "user", id: userId, name },
    action: "session.created",
    operation: way,
    ...{ resource: null, status: null, requestId: null, traceId: null, details: null },
    outcome: "allowed",
    ip,
    userAgent: userAgent?.slice(0, 1_000) ?? null,
  };
}

/** Keys that were used, written together once a minute. */
function keyUses(note: (ids: string[]) => Promise<void>, log: Log) {
  const used = new Set<string>();
  const timer = setInterval(() => void flush(), noteUseMs);
  timer.unref();

  async function flush(): Promise<void> {
    if (used.size === 0) return;
    const ids = [...used];
    used.clear();
    await note(ids).catch((error: Error) => {
      log.warn({ reason: error.message }, "the use of API keys was not noted");
    });
  }

  return {
    add: (id: string) => void used.add(id),
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
