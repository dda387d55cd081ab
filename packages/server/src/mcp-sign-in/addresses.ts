import type { Context } from "hono";
import type { AppParts, ServerEnv } from "../app-parts.ts";
import { baseAddress } from "../http/base-address.ts";

/** Where the web app takes people who come back from an authorization server. */
const callbackPath = "/mcp-servers/oauth/callback";

/** Where the platform tells of itself as a client: its address there is its client id. */
export const clientDocumentPath = "/mcp-servers/oauth/client.json";

/** As the client says them of itself at authorization servers. */
export function signInAddresses(c: Context<ServerEnv>, parts: Pick<AppParts, "signIn">) {
  const base = baseAddress(c, parts);
  return {
    redirectUri: base + callbackPath,
    // Others read it from outside, and over https alone.
    clientMetadataUrl: base.startsWith("https://") ? base + clientDocumentPath : undefined,
  };
}

/** The document that a client id which is an address leads to. */
export function clientDocument({
  redirectUri,
  clientMetadataUrl,
}: ReturnType<typeof signInAddresses>) {
  return {
    client_id: clientMetadataUrl ?? null,
    client_name: "Flotilla",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
}
