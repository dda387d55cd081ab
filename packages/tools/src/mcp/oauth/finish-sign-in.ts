import { FlotillaError, visibleText, type McpServer, type McpSignInSecrets } from "@flotilla/core";
import type {
  AuthorizationServerMetadata,
  OAuthClientInformationMixed,
  OAuthDiscoveryState,
  OAuthTokens,
} from "@modelcontextprotocol/client";
import type { HttpAccess } from "../http-access.ts";
import type { SignInAttempt } from "./begin-sign-in.ts";
import { clientAuthentication } from "./client-authentication.ts";
import { plainJson } from "./memory-provider.ts";
import { signInError } from "./sign-in-error.ts";
import { signInFetch } from "./sign-in-fetch.ts";

/** What a person brings back from an authorization server. */
export interface SignInAnswer {
  code?: string | undefined;
  /** Whose answer it is (RFC 9207). */
  iss?: string | undefined;
  error?: string | undefined;
}

/** Takes the tokens that a person has fetched. Throws `tool_failed`, or `forbidden` when he was refused. */
export async function finishSignIn(
  server: McpServer,
  parts: HttpAccess,
  attempt: SignInAttempt,
  { code, iss, error }: SignInAnswer,
): Promise<McpSignInSecrets> {
  const client = await import("@modelcontextprotocol/client");
  const { authorizationServerUrl, authorizationServerMetadata: metadata } = discoveryOf(attempt);
  const authenticate = clientAuthentication(server, parts.credentials);
  try {
    client.validateAuthorizationResponseIssuer({
      iss,
      expectedIssuer: metadata?.issuer,
      issParameterSupported: metadata?.["authorization_response_iss_parameter_supported"] === true,
    });
    if (code === undefined) throw refused(server.name, error);
    const tokens = await client.exchangeAuthorization(authorizationServerUrl, {
      ...(metadata && { metadata }),
      clientInformation: attempt.client as unknown as OAuthClientInformationMixed,
      ...{ authorizationCode: code, codeVerifier: attempt.verifier },
      ...(iss !== undefined && { iss }),
      redirectUri: attempt.redirectUri,
      ...(attempt.resource !== null && { resource: attempt.resource }),
      ...(authenticate && { addClientAuthentication: authenticate }),
      fetchFn: signInFetch(server, parts),
    });
    const { discovery, client: own, resource, redirectUri, scope } = attempt;
    return keptOf(tokens, { discovery, client: own, resource, redirectUri, scope });
  } catch (thrown) {
    throw signInError(thrown, server.name);
  }
}

type Rest = Pick<McpSignInSecrets, "discovery" | "client" | "resource" | "redirectUri"> & {
  /** What was asked for: servers leave out what they grant when it is just that. */
  scope: string | null;
};

export function keptOf(tokens: OAuthTokens, { scope, ...rest }: Rest): McpSignInSecrets {
  const { expires_in: seconds } = tokens;
  return {
    ...rest,
    tokens: plainJson({
      ...(scope !== null && { scope }),
      ...tokens,
      issuer: issuerOf(rest.discovery),
    }),
    expiresAt: seconds === undefined ? null : Date.now() + seconds * 1_000,
  };
}

export function discoveryOf({ discovery }: Pick<McpSignInSecrets, "discovery">) {
  return discovery as unknown as OAuthDiscoveryState;
}

function issuerOf(discovery: McpSignInSecrets["discovery"]): string {
  const { authorizationServerUrl, authorizationServerMetadata } = discoveryOf({ discovery });
  const metadata: AuthorizationServerMetadata | undefined = authorizationServerMetadata;
  return metadata?.issuer ?? authorizationServerUrl;
}

function refused(name: string, error = "nothing"): FlotillaError {
  const said = visibleText(error.slice(0, 100));
  return new FlotillaError("forbidden", `Nobody was signed in at ${name}: ${said}.`, {
    remedy: `Try again, and agree to what is asked: flotilla mcp connect ${name}`,
  });
}
