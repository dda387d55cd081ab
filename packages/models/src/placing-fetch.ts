import type { OutgoingRequest } from "@flotilla/core";
import type { FetchFunction } from "./wire.ts";

/** Names the run of a call to whoever places its key. */
export const runHeader = "x-flotilla-run";

/** Replaces the placeholder of a key in a request that is about to leave. */
export type PlaceKey = (request: OutgoingRequest, runId: string | null) => Promise<OutgoingRequest>;

/**
 * A `fetch` for a provider package whose key is a placeholder: the package never has the key itself.
 *
 * @param tellsRun whether the provider is to be told of which run the call is
 */
export function placingFetch(
  fetch: FetchFunction,
  place: PlaceKey,
  tellsRun: boolean,
): FetchFunction {
  return async (input, init = {}) => {
    const asked = new Headers(init.headers);
    const runId = asked.get(runHeader);
    if (!tellsRun) asked.delete(runHeader);
    const request = {
      url: new URL(input instanceof Request ? input.url : input),
      method: init.method ?? "GET",
      headers: Object.fromEntries(asked),
    };
    const { url, headers } = await place(request, runId);
    return fetch(url, { ...init, headers });
  };
}
