import { FlotillaError, type McpTransport, type OutgoingRequest } from "@flotilla/core";
import { fetch as send, type Dispatcher } from "undici";
import { checkDestination, type AllowList } from "../http/destination.ts";
import { requestHeaders } from "../http/headers.ts";
import { boundBody, type BodyBounds } from "./bounded-body.ts";

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface GuardedFetch {
  network: Dispatcher;
  allow: AllowList;
  bounds: BodyBounds;
  /** Fills the placeholders of the server's own address and headers, and of nothing else. */
  place(request: OutgoingRequest): Promise<OutgoingRequest>;
  /** The server sent more than it may. */
  onExcess(): void;
}

/**
 * `fetch` for a server: each address is judged, also those that it names itself, and its answers are bounded. Its headers go
 * to its own address alone. What the server gives to be sent back to it is sent as it is: a placeholder in that
 * stands for nothing.
 */
export function guardedFetch(
  transport: Extract<McpTransport, { kind: "http" }>,
  { network, allow, bounds, place, onExcess }: GuardedFetch,
): Fetch {
  const own = new URL(transport.url);
  return async (input, init = {}) => {
    const url = checkDestination(String(input), allow);
    const method = init.method ?? "GET";
    const given = Object.fromEntries(new Headers(init.headers));
    const isOwn = url.href === own.href;
    const placed = isOwn
      ? await place({ url: own, method, headers: requestHeaders(transport.headers) })
      : { url, headers: {} };
    const answer = await send(placed.url, {
      method,
      headers: { "user-agent": "flotilla", ...placed.headers, ...given },
      body: bodyOf(init.body),
      signal: init.signal ?? null,
      redirect: "manual",
      dispatcher: network,
    }).catch((error: unknown) => {
      throw asOwn(error);
    });
    return boundBody(answer as unknown as Response, bounds, onExcess);
  };
}

function bodyOf(body: RequestInit["body"]): string | null {
  return body instanceof URLSearchParams ? body.toString() : ((body ?? null) as string | null);
}

/** A refusal of the network is hidden below what `fetch` throws. */
function asOwn(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FlotillaError) return cause;
  }
  return error;
}
