import { FlotillaError } from "@flotilla/core";
import type { GenericOAuthConfig } from "better-auth/plugins";
import type { OidcProvider } from "./settings.ts";

/**
 * A provider of the configuration, in the library's terms. PKCE, state and nonce are always used; with an
 * issuer the identity comes from a verified ID token alone. Throws `config_invalid` when the
 * client's secret is not set.
 */
export function oidcConfig(provider: OidcProvider, env: NodeJS.ProcessEnv): GenericOAuthConfig {
  const { id, issuer, clientSecretEnv } = provider;
  const discoveryUrl =
    provider.discoveryUrl ??
    (issuer && `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`);
  const clientSecret = clientSecretEnv && env[clientSecretEnv];
  if (clientSecretEnv && !clientSecret) {
    throw new FlotillaError("config_invalid", `oidc ${id}: ${clientSecretEnv} is not set.`, {
      remedy: "Set it to the client secret that the provider gave, or leave clientSecretEnv out.",
    });
  }
  return {
    providerId: id,
    name: provider.name ?? id,
    clientId: provider.clientId,
    ...(clientSecret
      ? { clientSecret, tokenEndpointAuth: { method: "client_secret_basic" } }
      : { tokenEndpointAuth: { method: "none" } }),
    ...(discoveryUrl
      ? { discoveryUrl, requireIdTokenVerification: true }
      : {
          authorizationUrl: provider.authorizationUrl,
          tokenUrl: provider.tokenUrl,
          userInfoUrl: provider.userInfoUrl,
        }),
    scopes: provider.scopes,
    pkce: true,
  };
}
