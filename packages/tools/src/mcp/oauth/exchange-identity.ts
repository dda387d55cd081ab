import type { McpOauth, McpServer } from "@flotilla/core";
import type { OAuthDiscoveryState } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { Fetch } from "../guarded-fetch.ts";
import type { HttpAccess } from "../http-access.ts";
import { secretAt } from "./client-authentication.ts";
import { signInFetch } from "./sign-in-fetch.ts";

/** Of what a provider says of itself (OpenID Connect Discovery): it answers for more than for people who sign in. */
const providerSchema = z.object({ issuer: z.string(), token_endpoint: z.url() });

/** Asks for tokens: what a token endpoint is sent beside the client's own proof. */
export type TokenRequest = (scope?: string) => Promise<URLSearchParams>;

/** At which authorization server, and for which resource, as far as both were found. */
interface TokensWanted {
  discovery: OAuthDiscoveryState | undefined;
  resource: string | undefined;
}

/**
 * Has somebody's identity token exchanged by his company's provider for a grant (ID-JAG) that is good at one authorization server, for
 * one resource, by which the platform asks there for tokens to act for him. Throws what the library throws.
 */
export function exchangeIdentity(
  server: McpServer,
  parts: HttpAccess,
  identity: NonNullable<McpOauth["identity"]>,
  where: () => TokensWanted,
): TokenRequest {
  return async (scope) => {
    const { requestJwtAuthorizationGrant } = await import("@modelcontextprotocol/client");
    const { discovery, resource } = where();
    if (!discovery || resource === undefined) {
      throw new Error("it does not say which resource its tokens are for (RFC 9728)");
    }
    const fetchFn = signInFetch(server, parts);
    const tokenEndpoint = await tokenEndpointOf(identity.issuer, fetchFn);
    const secretOf = (name: string) => secretAt(server, parts.credentials, name, tokenEndpoint);
    const idToken = await secretOf(identity.token);
    const clientSecret = identity.credential && (await secretOf(identity.credential));
    const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
      ...{ tokenEndpoint, idToken, resource, fetchFn, clientId: identity.clientId },
      audience: discovery.authorizationServerMetadata?.issuer ?? discovery.authorizationServerUrl,
      ...(clientSecret && { clientSecret }),
      ...(scope && { scope }),
    });
    return new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: jwtAuthGrant,
      ...(scope && { scope }),
    });
  };
}

async function tokenEndpointOf(issuer: string, fetch: Fetch): Promise<string> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  const said = providerSchema.safeParse(await answer.json().catch(() => undefined));
  if (said.success && said.data.issuer === issuer) return said.data.token_endpoint;
  throw new Error(`${address} does not answer as the identity provider that is named`);
}
