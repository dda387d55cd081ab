import { userMessage } from "@flotilla/core";
import { requestOfPackage } from "./batch/package-call.ts";
import type { Endpoint } from "./language-model.ts";
import { callOptions } from "./prompt.ts";

/** The request that asks a provider which models it has. */
export interface ListRequest {
  url: URL;
  method: "GET";
  headers: Record<string, string>;
}

const callPath = /\/(?:chat\/completions|responses|messages|models\/[^/]+)$/;

/**
 * Asks for the models of a provider as its package would ask: at its address and with its headers, taken
 * from a call that the package makes and nobody sends. The cheapest request that needs the key.
 */
export async function listRequest(endpoint: Endpoint): Promise<ListRequest> {
  const call = {
    ...{ model: "probe/probe", instructions: "", messages: [userMessage("probe")] },
    ...{ tools: [], settings: {}, step: 0, runId: "" },
  };
  const options = callOptions(call, endpoint.config, undefined, undefined);
  const { url: called, headers } = await requestOfPackage(endpoint, "probe", options);
  const url = new URL(called);
  url.pathname = `${url.pathname.replace(callPath, "")}/models`;
  url.search = "";
  const { "content-type": _type, ...rest } = headers;
  return { url, method: "GET", headers: rest };
}
