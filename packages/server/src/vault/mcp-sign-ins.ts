import {
  newId,
  type Clock,
  type KeptMcpSignIn,
  type McpSignInPlace,
  type McpSignInPort,
  type McpSignInSecrets,
  type NewNotification,
} from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { Learnt, Redactor } from "../redact/redactor.ts";
import type { Keyring } from "./keyring.ts";
import { contextOf, openCredential, sealCredential } from "./sealed-credential.ts";

export interface SignInVaultParts {
  store: Pick<Store, "mcpSignIns">;
  keyring: Keyring;
  redact: Redactor;
  clock: Pick<Clock, "now">;
}

export interface McpSignInVault extends McpSignInPort {
  /** Keeps the tokens of a person who has just signed in. Returns false when somebody else did so meanwhile. */
  connect(
    place: McpSignInPlace,
    version: number,
    secrets: McpSignInSecrets,
    by: string,
  ): Promise<boolean>;
}

/** Secrets of servers that the redactor is told of at most; the oldest is forgotten. */
const mostKnown = 2_000;

/** Sign-ins at MCP servers, sealed as credentials are, and known to the redactor of their organisation. */
export function openMcpSignIns({
  store: { mcpSignIns },
  keyring,
  redact,
  clock,
}: SignInVaultParts): McpSignInVault {
  const known = new KnownTokens(redact);

  async function keep(
    place: McpSignInPlace,
    version: number,
    secrets: McpSignInSecrets,
    by?: string,
  ): Promise<boolean> {
    const sealed = await sealCredential(
      keyring,
      sealedPlace(place, version + 1),
      JSON.stringify(secrets),
    );
    known.learn(place, secrets);
    const { tokens, expiresAt } = secrets;
    const shown = { issuer: textOf(tokens["issuer"]), scope: textOf(tokens["scope"]), expiresAt };
    return mcpSignIns.keep(place, {
      version,
      ...sealed,
      ...shown,
      ...(by !== undefined && { by }),
    });
  }

  return {
    async read(place): Promise<KeptMcpSignIn | undefined> {
      const found = await mcpSignIns.read(place);
      if (!found) return undefined;
      const { version, needed, keyId, wrappedKey, sealed } = found;
      if (keyId === null || !wrappedKey || !sealed) return { version, needed, secrets: null };
      const at = sealedPlace(place, version);
      const dataKey = await keyring.unwrap(keyId, wrappedKey, contextOf(at));
      const secrets = JSON.parse(openCredential(dataKey, at, sealed)) as McpSignInSecrets;
      dataKey.fill(0);
      known.learn(place, secrets);
      return { version, needed, secrets };
    },
    claim: (place, version, leaseMs) => mcpSignIns.claim(place, version, leaseMs),
    release: (place, version) => mcpSignIns.release(place, version),
    keep: (place, version, secrets) => keep(place, version, secrets),
    connect: keep,
    async need(place, { version, reason, wantedScope }) {
      const notification = toldOf(place, reason, newId("ntf", clock.now()));
      await mcpSignIns.need(place, { version, reason, wantedScope, notification });
    },
  };
}

/** Tokens as the redactors of their organisations know them: the newest set of each server. */
class KnownTokens {
  readonly #redact: Redactor;
  readonly #known = new Map<string, Learnt[]>();

  constructor(redact: Redactor) {
    this.#redact = redact;
  }

  learn({ id, organisation }: McpSignInPlace, { tokens, client }: McpSignInSecrets): void {
    const texts = [tokens["access_token"], tokens["refresh_token"], client["client_secret"]];
    const own = this.#redact.of(organisation);
    this.#forget(id);
    this.#known.set(
      id,
      texts.flatMap((text) => (typeof text === "string" ? [own.learn(text)] : [])),
    );
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKnown && oldest !== undefined) this.#forget(oldest);
  }

  #forget(id: string): void {
    for (const one of this.#known.get(id) ?? []) one.forget();
    this.#known.delete(id);
  }
}

function sealedPlace({ organisation, id }: McpSignInPlace, version: number) {
  return { organisation, credentialId: id, version };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function toldOf(
  { organisation, environment, name }: McpSignInPlace & { name: string },
  reason: string,
  id: string,
): NewNotification {
  return {
    ...{ id, organisation, event: "mcp.sign_in_needed", audienceRole: "admin" },
    environment: environment as NewNotification["environment"],
    subject: `Somebody has to sign in at the MCP server ${name}`,
    body: `${reason} Until then calls of its tools fail. Connect it on its page, or: flotilla mcp connect ${name}`,
    data: { mcpServer: name },
  };
}
