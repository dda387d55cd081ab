import { userMessage, type Json } from "@flotilla/core";
import { z } from "zod";
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

const listed = z.union([
  z.object({ data: z.array(z.object({ id: z.string() })) }),
  z.object({ models: z.array(z.object({ name: z.string() })) }),
]);

/** The names in what a provider answers, sorted; none where it lists them in another way. */
export function modelNames(answer: Json): string[] {
  const parsed = listed.safeParse(answer);
  if (!parsed.success) return [];
  const names =
    "data" in parsed.data
      ? parsed.data.data.map(({ id }) => id)
      : parsed.data.models.map(({ name }) => name.replace(/^models\//, ""));
  return [...new Set(names)].toSorted();
}
