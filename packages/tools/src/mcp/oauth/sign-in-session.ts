import { setTimeout as sleep } from "node:timers/promises";
import {
  FlotillaError,
  type KeptMcpSignIn,
  type McpServer,
  type McpSignInPort,
  type McpSignInSecrets,
} from "@flotilla/core";
import type { HttpAccess } from "../http-access.ts";
import { mcpLimits } from "../limits.ts";
import type { Challenge } from "./challenge.ts";
import { isRenewable, refreshSignIn, signInAsClient } from "./renew-sign-in.ts";
import { signInNeeded } from "./sign-in-error.ts";

/** A token as it is sent, and the set that it is of. */
export interface SentToken {
  text: string;
  version: number;
}

const leaseMs = 2 * mcpLimits.signInMs;
const lookAgainMs = 250;

/**
 * The tokens of one connection to a server. Of all processes one renews them, the others wait and take what it got. Where only a
 * person can help, that is noted and told, and the call fails.
 */
export class SignInSession {
  readonly #server: McpServer;
  readonly #parts: HttpAccess;
  readonly #port: McpSignInPort;
  readonly #asClient: boolean;
  #kept: Promise<KeptMcpSignIn | undefined> | undefined;
  #renewing: Promise<KeptMcpSignIn | undefined> | undefined;

  constructor(server: McpServer, parts: HttpAccess) {
    this.#server = server;
    this.#parts = parts;
    this.#port = parts.signIns;
    this.#asClient = server.transport.kind === "http" && server.transport.oauth?.as === "client";
  }

  /** What the next request is sent with; undefined: nobody has signed in. */
  async token(): Promise<SentToken | undefined> {
    if (this.#server.signIn === null && !this.#asClient && !this.#kept) return undefined;
    this.#kept ??= this.#port.read(this.#server);
    const kept = await this.#kept;
    if (!kept?.secrets || !isEnding(kept.secrets)) return sent(kept);
    if (!this.#asClient && !isRenewable(kept.secrets)) return sent(kept);
    // It may still be good for a moment; if not, the server says so.
    const renewed = await this.#renew(kept.version).catch(() => undefined);
    return sent(renewed ?? kept);
  }

  /** What to send instead of what was refused. Throws `credentials_missing` when a person has to sign in. */
  async instead(used: SentToken | undefined, challenge: Challenge): Promise<SentToken> {
    const version = used?.version ?? 0;
    const needsMore = challenge.kind === "scope" && !this.#asClient;
    const found = needsMore ? await this.#newer(version) : await this.#renew(version, challenge);
    const token = sent(found);
    if (token && token.version > version) return token;
    throw await this.#refuse(challenge, found);
  }

  /** What to tell the caller when also what is sent now is refused. */
  async refuse(challenge: Challenge): Promise<FlotillaError> {
    return this.#refuse(challenge, await this.#kept);
  }

  /** Notes that a person has to sign in. */
  async #refuse(challenge: Challenge, found: KeptMcpSignIn | undefined): Promise<FlotillaError> {
    const { name } = this.#server;
    if (this.#asClient) return clientRefused(name, challenge);
    const reason = reasonOf(challenge, found);
    const wantedScope = challenge.scope ?? null;
    const version = found?.version ?? 0;
    await this.#port.need(this.#server, { version, reason, wantedScope });
    return signInNeeded(name, reason);
  }

  /** What somebody else has got meanwhile. */
  async #newer(version: number): Promise<KeptMcpSignIn | undefined> {
    const found = await this.#port.read(this.#server);
    if (found && found.version > version) this.#kept = Promise.resolve(found);
    return found;
  }

  #renew(stale: number, challenge?: Challenge): Promise<KeptMcpSignIn | undefined> {
    this.#renewing ??= this.#renewOnce(stale, challenge).finally(
      () => (this.#renewing = undefined),
    );
    return this.#renewing;
  }

  /** The newest that is kept afterwards; its version is the old one when it could not be renewed. */
  async #renewOnce(stale: number, challenge?: Challenge): Promise<KeptMcpSignIn | undefined> {
    const until = performance.now() + leaseMs;
    for (;;) {
      const found = await this.#newer(stale);
      if (found && found.version > stale && found.secrets) return found;
      const version = found?.version ?? 0;
      const canRenew = this.#asClient || (found?.secrets && isRenewable(found.secrets));
      if (!canRenew) return found;
      if (await this.#port.claim(this.#server, version, leaseMs)) {
        return this.#renewClaimed(version, found?.secrets ?? null, challenge);
      }
      if (performance.now() > until) throw stillBusy(this.#server.name);
      await sleep(lookAgainMs);
    }
  }

  async #renewClaimed(
    version: number,
    secrets: McpSignInSecrets | null,
    challenge?: Challenge,
  ): Promise<KeptMcpSignIn> {
    try {
      const scope = secrets?.tokens["scope"];
      const granted = typeof scope === "string" ? scope : undefined;
      const fresh = this.#asClient
        ? await signInAsClient(this.#server, this.#parts, challenge, granted)
        : secrets && ((await refreshSignIn(this.#server, this.#parts, secrets)) ?? ended(secrets));
      if (!fresh || !(await this.#port.keep(this.#server, version, fresh))) {
        await this.#port.release(this.#server, version);
        return { version, secrets, needed: null };
      }
      const kept = { version: version + 1, secrets: fresh, needed: null };
      this.#kept = Promise.resolve(kept);
      return kept;
    } catch (error) {
      await this.#port.release(this.#server, version);
      throw error;
    }
  }
}

function sent(kept: KeptMcpSignIn | undefined): SentToken | undefined {
  const text = kept?.secrets?.tokens["access_token"];
  return kept && typeof text === "string" ? { text, version: kept.version } : undefined;
}

/** Without what is taken back, so that nobody tries it again. */
function ended({ tokens, ...rest }: McpSignInSecrets): McpSignInSecrets {
  const { refresh_token: _takenBack, ...others } = tokens;
  return { ...rest, tokens: others, expiresAt: null };
}

function isEnding({ expiresAt }: McpSignInSecrets): boolean {
  return expiresAt !== null && expiresAt - Date.now() < mcpLimits.renewMs;
}

function reasonOf({ kind, scope }: Challenge, found: KeptMcpSignIn | undefined): string {
  if (kind === "scope")
    return `It asks for more than was granted: ${scope ?? "it does not say what"}.`;
  if (!found?.secrets) return found?.needed ?? "Nobody has signed in yet.";
  return "What was granted has ended, or was taken back.";
}

function clientRefused(name: string, { kind, scope }: Challenge): FlotillaError {
  const why =
    kind === "scope"
      ? `wants more than the client may: ${scope ?? "it does not say what"}`
      : "takes the client's tokens not";
  return new FlotillaError("credentials_missing", `The MCP server ${name} ${why}.`, {
    remedy: "Check the client that its settings name, at its authorization server.",
  });
}

function stillBusy(name: string): FlotillaError {
  return new FlotillaError("tool_failed", `The sign-in at ${name} is being renewed for too long.`, {
    transient: true,
  });
}
