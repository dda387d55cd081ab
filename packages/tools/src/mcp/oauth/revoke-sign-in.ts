import type { McpServer, McpSignInSecrets } from "@flotilla/core";
import type { HttpAccess } from "../http-access.ts";
import { clientAuthentication, proveClient } from "./client-authentication.ts";
import { discoveryOf } from "./finish-sign-in.ts";
import { signInFetch } from "./sign-in-fetch.ts";

/** Gives tokens back where that can be done (RFC 7009). Returns whether the server said that it has them. */
export async function revokeSignIn(
  server: McpServer,
  parts: HttpAccess,
  kept: McpSignInSecrets,
): Promise<boolean> {
  const { authorizationServerMetadata: metadata } = discoveryOf(kept);
  const { revocation_endpoint: endpoint } = (metadata ?? {}) as { revocation_endpoint?: unknown };
  const token = kept.tokens["refresh_token"] ?? kept.tokens["access_token"];
  if (typeof endpoint !== "string" || typeof token !== "string") return false;
  const headers = new Headers({ "content-type": "application/x-www-form-urlencoded" });
  const params = new URLSearchParams({ token });
  const client = kept.client as { client_id: string; client_secret?: string };
  const authenticate = clientAuthentication(server, parts.credentials);
  try {
    if (authenticate) await authenticate(headers, params, endpoint, metadata);
    else proveClient(headers, params, client, metadata?.token_endpoint_auth_methods_supported);
    const answer = await signInFetch(server, parts)(endpoint, {
      ...{ method: "POST", headers, body: params },
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // They end by themselves; here they are forgotten either way.
    return false;
  }
}
