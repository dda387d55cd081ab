import { FlotillaError, type McpServer } from "@flotilla/core";
import { checkDestination, isAllowed, type AllowList } from "../../http/destination.ts";
import { guardedFetch, type Fetch } from "../guarded-fetch.ts";
import type { HttpAccess } from "../http-access.ts";
import { mcpLimits } from "../limits.ts";

/** Judges an address of a sign-in, also one that people are sent to. Throws `tool_forbidden` or `tool_input_invalid`. */
export function checkSignInAddress(text: string, allow: AllowList): URL {
  const url = checkDestination(text, allow);
  if (url.protocol === "https:" || isAllowed(url, allow)) return url;
  throw new FlotillaError("tool_forbidden", `${url.host} is not asked for a sign-in over http.`, {
    remedy: "Use https; an operator can allow own services by host:port (the setting httpAllow).",
  });
}

/** `fetch` for a server's sign-in: each address is judged, answers are small, and all of it takes so long at most. */
export function signInFetch(
  server: McpServer,
  { network, allow, place }: Pick<HttpAccess, "network" | "allow" | "place">,
): Fetch {
  const { transport } = server;
  if (transport.kind !== "http") throw new Error(`${server.name} is not reached over HTTP`);
  const { signInBytes: bytes } = mcpLimits;
  const fetch = guardedFetch(transport, {
    ...{ network, allow },
    bounds: { messageBytes: bytes, streamBytes: bytes, streamMessages: 100 },
    place: (request) => place(request, server),
    onExcess: () => undefined,
  });
  const signal = AbortSignal.timeout(mcpLimits.signInMs);
  return async (input, init) => {
    checkSignInAddress(String(input), allow);
    return fetch(input, { ...init, signal });
  };
}
