import type { McpServer, McpSignInSecrets } from "@flotilla/core";
import type { OAuthClientInformationMixed } from "@modelcontextprotocol/client";
import type { HttpAccess } from "../http-access.ts";
import type { Challenge } from "./challenge.ts";
import { clientAuthentication } from "./client-authentication.ts";
import { exchangeIdentity } from "./exchange-identity.ts";
import { findAuthorizationServer, httpUrl } from "./find-authorization-server.ts";
import { discoveryOf, keptOf } from "./finish-sign-in.ts";
import { MemoryProvider, plainJson } from "./memory-provider.ts";
import { signInError } from "./sign-in-error.ts";
import { signInFetch } from "./sign-in-fetch.ts";

/** Whether tokens can be renewed without a person. */
export function isRenewable({ tokens }: McpSignInSecrets): boolean {
  return typeof tokens["refresh_token"] === "string";
}

/**
 * New tokens for those that a person has fetched. Undefined: they are taken back, and somebody has to sign in again. Throws
 * `tool_failed` when nobody knows, and the old ones may still be good.
 */
export async function refreshSignIn(
  server: McpServer,
  parts: HttpAccess,
  kept: McpSignInSecrets,
): Promise<McpSignInSecrets | undefined> {
  const { refreshAuthorization } = await import("@modelcontextprotocol/client");
  const { authorizationServerUrl, authorizationServerMetadata: metadata } = discoveryOf(kept);
  const authenticate = clientAuthentication(server, parts.credentials);
  try {
    const tokens = await refreshAuthorization(authorizationServerUrl, {
      ...(metadata && { metadata }),
      clientInformation: kept.client as unknown as OAuthClientInformationMixed,
      refreshToken: kept.tokens["refresh_token"] as string,
      ...(kept.resource !== null && { resource: kept.resource }),
      ...(authenticate && { addClientAuthentication: authenticate }),
      fetchFn: signInFetch(server, parts),
    });
    const scope = kept.tokens["scope"];
    return keptOf(tokens, { ...kept, scope: typeof scope === "string" ? scope : null });
  } catch (error) {
    if (isTakenBack(error)) return undefined;
    throw signInError(error, server.name);
  }
}

const takenBack = new Set(["invalid_grant", "invalid_client", "unauthorized_client"]);

function isTakenBack(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return name === "OAuthError" && code !== undefined && takenBack.has(code);
}

/** Tokens for the platform itself, as the client that the settings name. Throws `tool_failed`. */
export async function signInAsClient(
  server: McpServer,
  parts: HttpAccess,
  challenge: Challenge | undefined,
  granted: string | undefined,
): Promise<McpSignInSecrets> {
  const { auth, computeScopeUnion } = await import("@modelcontextprotocol/client");
  const oauth = server.transport.kind === "http" ? server.transport.oauth : undefined;
  const url = httpUrl(server);
  try {
    const fetch = signInFetch(server, parts);
    const identity = oauth?.identity;
    const provider: MemoryProvider = new MemoryProvider({
      oauth,
      discovery: await findAuthorizationServer(server, fetch, challenge),
      authenticate: clientAuthentication(server, parts.credentials),
      tokenRequest: identity && exchangeIdentity(server, parts, identity, () => provider),
    });
    const scope = oauth?.scope ?? computeScopeUnion(granted, challenge?.scope);
    await auth(provider, {
      ...{ serverUrl: url, fetchFn: fetch },
      ...(scope !== undefined && { scope }),
    });
    if (!provider.saved) throw new Error("it gave no tokens");
    return keptOf(provider.saved, {
      discovery: plainJson(provider.discovery),
      client: plainJson(provider.client),
      resource: provider.resource ?? null,
      redirectUri: null,
      scope: scope ?? null,
    });
  } catch (error) {
    throw signInError(error, server.name);
  }
}
