import { FlotillaError, type McpServer } from "@flotilla/core";
import type { OAuthDiscoveryState } from "@modelcontextprotocol/client";
import type { Fetch } from "../guarded-fetch.ts";
import { requireOwnOrigin, type Challenge } from "./challenge.ts";

/**
 * Where a server's tokens are from. What answers there must be who was named (RFC 8414, 3.3). Servers of the protocol of 2025-03-26
 * name nobody and answer for themselves: then it must be of their own origin. Throws what the library throws.
 */
export async function findAuthorizationServer(
  server: McpServer,
  fetch: Fetch,
  challenge: Challenge | undefined,
): Promise<OAuthDiscoveryState> {
  const { discoverOAuthServerInfo, IssuerMismatchError } =
    await import("@modelcontextprotocol/client");
  const url = httpUrl(server);
  if (challenge) requireOwnOrigin(challenge, url);
  const metadataUrl = challenge?.metadataUrl;
  const found = await discoverOAuthServerInfo(url, {
    fetchFn: fetch,
    skipIssuerMetadataValidation: true,
    ...(metadataUrl && { resourceMetadataUrl: metadataUrl }),
  });
  const { authorizationServerUrl: named, authorizationServerMetadata: metadata } = found;
  const { resourceMetadata } = found;
  const isNamed = (resourceMetadata?.authorization_servers ?? []).length > 0;
  if (metadata && !isIssuer(metadata.issuer, isNamed ? named : undefined, url)) {
    throw new IssuerMismatchError("metadata", named, metadata.issuer);
  }
  return {
    authorizationServerUrl: named,
    ...(metadata && { authorizationServerMetadata: metadata }),
    ...(resourceMetadata && { resourceMetadata }),
    ...(metadataUrl && { resourceMetadataUrl: metadataUrl.href }),
  };
}

export function httpUrl({ name, transport }: McpServer): string {
  if (transport.kind === "http") return transport.url;
  throw new FlotillaError("conflict", `${name} is a program: nobody signs in at it.`);
}

function isIssuer(issuer: string, named: string | undefined, serverUrl: string): boolean {
  if (named === undefined) return URL.parse(issuer)?.origin === new URL(serverUrl).origin;
  return issuer === named || `${issuer}/` === named;
}
