import {
  FlotillaError,
  type JsonObject,
  type McpServer,
  type McpSignInSecrets,
} from "@flotilla/core";
import type { Fetch } from "../guarded-fetch.ts";
import type { HttpAccess } from "../http-access.ts";
import { challengeOf, scopeText, type Challenge } from "./challenge.ts";
import { clientAuthentication } from "./client-authentication.ts";
import { findAuthorizationServer, httpUrl } from "./find-authorization-server.ts";
import { MemoryProvider, plainJson } from "./memory-provider.ts";
import { signInError } from "./sign-in-error.ts";
import { checkSignInAddress, signInFetch } from "./sign-in-fetch.ts";

/** Where people come back to, and how the platform tells of itself. */
export interface SignInAddresses {
  redirectUri: string;
  /** Undefined: it cannot be read from everywhere. */
  clientMetadataUrl: string | undefined;
}

/** What a person on his way is waited for with. Keep it sealed. */
export interface SignInAttempt {
  verifier: string;
  discovery: JsonObject;
  client: JsonObject;
  resource: string | null;
  redirectUri: string;
  scope: string | null;
}

/**
 * Finds out where a server's tokens are from, registers the platform there if need be, and says where a person is to go.
 * Throws `tool_failed`, or what the network refuses.
 *
 * @param state what he brings back
 * @param kept what an earlier sign-in has left: its client is used again where it can be
 */
export async function beginSignIn(
  server: McpServer,
  parts: HttpAccess,
  { redirectUri, clientMetadataUrl }: SignInAddresses,
  state: string,
  kept: McpSignInSecrets | null,
): Promise<{ address: string; attempt: SignInAttempt }> {
  const url = httpUrl(server);
  const oauth = server.transport.kind === "http" ? server.transport.oauth : undefined;
  const fetch = signInFetch(server, parts);
  const { auth, computeScopeUnion, isStrictScopeSuperset } =
    await import("@modelcontextprotocol/client");
  try {
    const challenge = await probe(fetch, url);
    if (!challenge && server.signIn === null && !oauth) throw noneNeeded(server.name);
    const { scope: granted, wantedScope } = server.signIn ?? {};
    const more = wantedScope ? computeScopeUnion(granted ?? undefined, wantedScope) : undefined;
    const scope = oauth?.scope ?? computeScopeUnion(more, challenge?.scope);
    const registered = kept?.client["scope"];
    const isEnough = !(typeof registered === "string" && isStrictScopeSuperset(scope, registered));
    const discovery = await findAuthorizationServer(server, fetch, challenge);
    const provider = new MemoryProvider({
      ...{ oauth, redirectUri, clientMetadataUrl, state, discovery },
      client: kept?.redirectUri === redirectUri && isEnough ? kept.client : undefined,
      authenticate: clientAuthentication(server, parts.credentials),
    });
    await auth(provider, {
      ...{ serverUrl: url, fetchFn: fetch, forceReauthorization: true },
      ...(scope !== undefined && { scope }),
    });
    const address = checkSignInAddress(String(provider.address), parts.allow);
    return {
      address: address.href,
      attempt: {
        verifier: provider.verifier,
        discovery: plainJson(provider.discovery),
        client: plainJson(provider.client),
        resource: provider.resource ?? null,
        redirectUri,
        scope: scopeText(address.searchParams.get("scope") ?? undefined) ?? null,
      },
    };
  } catch (error) {
    throw signInError(error, server.name);
  }
}

/** What a server asks for when a request comes without tokens; undefined: for nothing. */
async function probe(fetch: Fetch, url: string): Promise<Challenge | undefined> {
  const { LATEST_PROTOCOL_VERSION: protocolVersion } = await import("@modelcontextprotocol/client");
  const clientInfo = { name: "flotilla", version: "1" };
  const params = { protocolVersion, capabilities: {}, clientInfo };
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }),
  });
  const challenge = await challengeOf(answer);
  await answer.body?.cancel();
  return challenge;
}

function noneNeeded(name: string): FlotillaError {
  return new FlotillaError("conflict", `The MCP server ${name} asks for no sign-in.`, {
    remedy: `Look what it says: flotilla mcp test ${name}`,
  });
}
