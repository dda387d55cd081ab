import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { languageModel, type Endpoint } from "../language-model.ts";
import type { FetchFunction, Wire } from "../wire.ts";

/** A request as a provider package would send it. */
export interface PackageRequest {
  url: string;
  headers: Record<string, string>;
  /** JSON. */
  body: string;
}

/** Carries a request out of the package that made it, in place of an answer. */
class Captured extends Error {
  readonly request: PackageRequest;

  constructor(request: PackageRequest) {
    super("the request was captured");
    this.request = request;
  }
}

const capture: FetchFunction = (input, init = {}) => {
  const url = input instanceof Request ? input.url : String(input);
  const headers = Object.fromEntries(new Headers(init.headers));
  return Promise.reject(new Captured({ url, headers, body: init.body as string }));
};

/**
 * What the provider package would send for a call that is not streamed. Throws what the
 * package throws of the call itself.
 */
export async function requestOfPackage(
  endpoint: Endpoint,
  model: string,
  options: LanguageModelV4CallOptions,
): Promise<PackageRequest> {
  try {
    await languageModel(endpoint, model, wireOf(capture)).doGenerate(options);
  } catch (thrown) {
    for (let error = thrown; error instanceof Error; error = error.cause) {
      if (error instanceof Captured) return error.request;
    }
    throw thrown;
  }
  throw new Error("The provider package answered without a request.");
}

/** The provider's answer to such a call, as the package reads it. Throws what the package throws. */
export async function answerOfPackage(
  endpoint: Endpoint,
  model: string,
  options: LanguageModelV4CallOptions,
  body: string,
): Promise<LanguageModelV4GenerateResult> {
  const headers = { "content-type": "application/json" };
  const replay: FetchFunction = () => Promise.resolve(new Response(body, { headers }));
  return languageModel(endpoint, model, wireOf(replay)).doGenerate(options);
}

function wireOf(fetch: FetchFunction): Wire {
  return { fetchFor: () => fetch, wasCut: () => false, close: () => Promise.resolve() };
}
