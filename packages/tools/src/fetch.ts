import { FlotillaError, isLoopback, type ToolContext } from "@flotilla/core";
import { lookup } from "node:dns/promises";

/** `fetch` for tools: placeholders for credentials in headers and parameters are replaced on the way out. */
export type ToolFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * The global `fetch`, with the vault on the way out and the call's signal. With a credential in it a request
 * follows no redirect: the redirect is the answer. Throws what `ToolContext.place` throws.
 */
export function toolFetch({ place, signal }: Pick<ToolContext, "place" | "signal">): ToolFetch {
  return async (input, init = {}) => {
    const url = new URL(input);
    const method = init.method ?? "GET";
    const asked = { url, method, headers: Object.fromEntries(new Headers(init.headers)) };
    const placed = await place(asked);
    const hasSecret = placed !== asked;
    if (hasSecret) await checkLocalhost(url);
    return fetch(placed.url, {
      ...init,
      headers: placed.headers,
      ...(hasSecret && { redirect: "manual" }),
      signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
    });
  };
}

/** Plain http may hold a credential only to this machine: the name must mean it. */
async function checkLocalhost(url: URL): Promise<void> {
  if (url.protocol !== "http:" || url.hostname !== "localhost") return;
  const addresses = await lookup(url.hostname, { all: true });
  const host = (address: string) => (address.includes(":") ? `[${address}]` : address);
  const elsewhere = addresses.find(
    ({ address }) => !isLoopback(new URL(`http://${host(address)}`)),
  );
  if (!elsewhere) return;
  const message = `The credential was not sent: localhost is at ${elsewhere.address}.`;
  throw new FlotillaError("tool_forbidden", message);
}
