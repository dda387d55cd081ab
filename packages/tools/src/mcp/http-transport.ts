import type { McpServer, McpTransport, OutgoingRequest } from "@flotilla/core";
import type { Transport } from "@modelcontextprotocol/client";
import type { Dispatcher } from "undici";
import type { AllowList } from "../http/destination.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { mcpLimits } from "./limits.ts";

export interface HttpTransportParts {
  network: Dispatcher;
  allow: AllowList;
  place(request: OutgoingRequest, server: McpServer): Promise<OutgoingRequest>;
}

/** Speaks streamable HTTP with a server, over connections that end only where they may. */
export async function httpTransport(
  server: McpServer,
  transport: Extract<McpTransport, { kind: "http" }>,
  { network, allow, place }: HttpTransportParts,
): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const fetch = guardedFetch(transport, {
    ...{ network, allow, bounds: mcpLimits },
    place: (request) => place(request, server),
    onExcess: () => undefined,
  });
  return new StreamableHTTPClientTransport(new URL(transport.url), {
    fetch,
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 30_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 4,
    },
  });
}
