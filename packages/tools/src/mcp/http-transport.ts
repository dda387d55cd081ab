import type { McpServer, McpTransport } from "@flotilla/core";
import type { Transport } from "@modelcontextprotocol/client";
import { guardedFetch } from "./guarded-fetch.ts";
import type { HttpAccess } from "./http-access.ts";
import { mcpLimits } from "./limits.ts";
import { SignInSession } from "./oauth/sign-in-session.ts";
import { signedInFetch } from "./oauth/signed-in-fetch.ts";

/** Its settings say what it is sent for a sign-in: then nobody signs in. */
export function hasOwnAuthorization(transport: McpTransport): boolean {
  return transport.kind === "http" && "authorization" in transport.headers && !transport.oauth;
}

/** Speaks streamable HTTP with a server, over connections that end only where they may. */
export async function httpTransport(
  server: McpServer,
  transport: Extract<McpTransport, { kind: "http" }>,
  parts: HttpAccess,
): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const { network, allow, place } = parts;
  const own = new URL(transport.url);
  const guarded = guardedFetch(transport, {
    ...{ network, allow, bounds: mcpLimits },
    place: (request) => place(request, server),
    onExcess: () => undefined,
  });
  const fetch = hasOwnAuthorization(transport)
    ? guarded
    : signedInFetch(guarded, own, new SignInSession(server, parts));
  return new StreamableHTTPClientTransport(own, {
    fetch,
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 30_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 4,
    },
  });
}
