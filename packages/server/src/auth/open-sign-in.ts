import type { AccessRule, Clock, Invitation, Log } from "@flotilla/core";
import { repeat } from "@flotilla/engine";
import { authDatabase, type Store } from "@flotilla/store";
import { BatchedWriter } from "../batched-writer.ts";
import type { Config } from "../config.ts";
import type { Redactor } from "../redact/redactor.ts";
import { Attempts } from "./attempts.ts";
import { tokenIssuer } from "./auth-options.ts";
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
  /** `iss` of the tokens of services that are accepted. */
  tokenIssuers: readonly string[];
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
  /** Learns the secret. */
  redact: Pick<Redactor, "learn">;
  clock: Clock;
  log: Log;
}

const noteUseMs = 60_000;
/** Whose use waits to be noted at most. */
const mostKeys = 10_000;
const cleanUpTimes = { everyMs: 3_600_000, quietMs: 3_600_000 };
/** The time that the first admin link is good for. */
export const adminLinkSeconds = 86_400;

/** Opens sign-in on a database. Throws `config_invalid` for a secret that cannot be used. */
export async function openSignIn(settings: SignInSettings, parts: SignInParts): Promise<SignIn> {
  const { clock, log } = parts;
  const { pool, identity: store } = parts.store;
  const { publicUrl, openRegistration, oidc, jwt } = settings;
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
      env: settings.variables,
      log,
    },
    now,
  );
  const uses = keyUses(store, clock, log);
  const cleanUp = repeat("cleaning up after sign-in", log, cleanUpTimes, store.deleteEnded);
  const access = openRequiredAccess({
    auth,
    store,
    services: openServiceTokens(jwt, now, log),
    ownIssuer: tokenIssuer(publicUrl),
    publicUrl,
    rules: parts.rules,
    onKeyUsed: (id) => uses.add(id),
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
    tokenIssuers: jwt.map(({ issuer }) => issuer),
    onInvitation: parts.onInvitation ?? (async () => undefined),
    async firstAdminLink() {
      if (await store.hasOwner()) return undefined;
      const token = newLinkToken();
      await store.createAdminLink(token.hash, adminLinkSeconds);
      return token;
    },
    async close() {
      access.close();
      await cleanUp.stop();
      await uses.close();
    },
  };
}

/** Keys that were used, written together once a minute. */
function keyUses(
  store: Pick<Store["identity"], "noteKeyUse">,
  clock: Clock,
  log: Log,
): BatchedWriter<string> {
  return new BatchedWriter({
    ...{ clock, withinMs: noteUseMs, mostWaiting: mostKeys },
    write: (ids) => store.noteKeyUse(ids),
    join: { keyOf: (id) => id, merge: (id) => id },
    onLost: () => undefined,
    onError: (error) =>
      log.warn(
        { reason: (error as Error).message },
        "the use of API keys could not be noted; it is tried again",
      ),
  });
}
