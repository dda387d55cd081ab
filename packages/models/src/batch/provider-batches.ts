import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import {
  batchPrice,
  FlotillaError,
  userMessage,
  type BatchCall,
  type BatchCallResult,
  type ModelRequest,
  type Price,
  type ProviderBatchPort,
  type ProviderBatchState,
} from "@flotilla/core";
import type { ProviderConfig } from "../config.ts";
import { modelError, type CallContext } from "../failure.ts";
import type { Endpoint } from "../language-model.ts";
import { mendUsage } from "../mend-usage.ts";
import { WireFailure } from "../wire-failure.ts";
import { AnthropicBatch } from "./anthropic-batch.ts";
import type { BatchApi, ReceivedCall, SentCall } from "./batch-api.ts";
import { BatchHttp, type BatchPlace } from "./batch-http.ts";
import { completedCall } from "./completed-call.ts";
import { OpenaiBatch } from "./openai-batch.ts";
import { answerOfPackage, requestOfPackage, type PackageRequest } from "./package-call.ts";

/** What one request of a model is made of, as its provider is configured. */
export interface BatchedModel {
  config: ProviderConfig;
  /** The model, as the provider names it. */
  name: string;
  context: CallContext;
  /** Throws when there is no key for it. */
  endpoint(): Promise<Endpoint>;
  options(request: ModelRequest): LanguageModelV4CallOptions;
  inputText(request: ModelRequest): string;
  price(): Price | null;
}

/** Where a model's batches are, and how they are spoken of. */
interface Reached {
  model: BatchedModel;
  api: BatchApi;
  endpoint: Endpoint;
}

const callsPerTurn = 100;
const paths = /\/(?:chat\/completions|responses|messages)$/;

/**
 * The batch endpoints of the configured providers. Requests are written and answers are read
 * by the same packages, and judged by the same rules, as those of single calls.
 */
export class ProviderBatches implements ProviderBatchPort {
  readonly #modelOf: (name: string) => BatchedModel;
  readonly #http = new BatchHttp();
  readonly #openai = new OpenaiBatch(this.#http);
  readonly #anthropic = new AnthropicBatch(this.#http);

  constructor(modelOf: (name: string) => BatchedModel) {
    this.#modelOf = modelOf;
  }

  offers(model: string): boolean {
    return this.#apiOf(this.#modelOf(model).config) !== undefined;
  }

  price(model: string): Price | null {
    const price = this.#modelOf(model).price();
    return price && batchPrice(price);
  }

  async submit(model: string, key: string, calls: BatchCall[]): Promise<string> {
    return this.#reach(model, async (reached) => {
      const sent: SentCall[] = [];
      let first: PackageRequest | undefined;
      const betas = new Set<string>();
      for (const { customId, request } of calls) {
        const wanted = await this.#request(reached, request);
        first ??= wanted;
        for (const beta of wanted.headers["anthropic-beta"]?.split(",") ?? []) betas.add(beta);
        sent.push({ customId, body: wanted.body });
        // Nothing here waits for the outside: the worker's heartbeat must have its turn.
        if (sent.length % callsPerTurn === 0) await new Promise(setImmediate);
      }
      if (!first) throw new FlotillaError("invalid_request", "A batch needs at least one call.");
      const place = placeOf(first);
      if (betas.size > 0) place.headers["anthropic-beta"] = [...betas].join(",");
      const endpoint = paths.exec(first.url)?.[0] ?? "";
      return reached.api.submit(place, key, endpoint, sent);
    });
  }

  async find(model: string, key: string, known?: readonly string[]): Promise<string | undefined> {
    return this.#reach(model, async (reached) =>
      reached.api.find(await this.#place(reached), key, known),
    );
  }

  async poll(model: string, batchId: string): Promise<ProviderBatchState> {
    return this.#reach(model, async (reached) =>
      reached.api.poll(await this.#place(reached), batchId),
    );
  }

  async *collect(
    model: string,
    batchId: string,
    calls: Pick<BatchCall, "customId" | "request">[],
  ): AsyncGenerator<BatchCallResult> {
    const reached = await this.#reach(model, (found) => Promise.resolve(found));
    const { api, endpoint } = reached;
    const open = new Map(calls.map((call) => [api.wireId(call.customId), call]));
    const place = await this.#reach(model, () => this.#place(reached));
    const { maxResponseBytes } = endpoint.config;
    try {
      for await (const { wireId, answer } of api.results(place, batchId, maxResponseBytes)) {
        const call = open.get(wireId);
        // Twice the same, or none of ours: the first word counts.
        if (!call || !open.delete(wireId)) continue;
        yield { customId: call.customId, ...(await this.#outcome(reached, call.request, answer)) };
      }
    } catch (thrown) {
      throw modelError(thrown, reached.model.context);
    }
    for (const { customId } of open.values()) yield { customId, outcome: "expired" };
  }

  async cancel(model: string, batchId: string): Promise<void> {
    return this.#reach(model, async ({ api, ...reached }) => {
      const place = await this.#place({ api, ...reached });
      try {
        await api.cancel(place, batchId);
      } catch (error) {
        // One that has ended has nothing left to stop.
        const { status } = await api.poll(place, batchId);
        if (status === "running") throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #outcome(
    { model, endpoint }: Reached,
    request: ModelRequest,
    answer: ReceivedCall["answer"],
  ) {
    if (answer === "expired") return { outcome: "expired" as const };
    const { status, body } = answer;
    try {
      if (status >= 300) throw new WireFailure("status", `HTTP ${status}`, { status, body });
      const options = model.options(request);
      const result = await answerOfPackage(endpoint, model.name, options, mendUsage(body));
      const completed = completedCall(result, model.context, request.step, () =>
        model.inputText(request),
      );
      return { outcome: "completed" as const, completed };
    } catch (thrown) {
      return { outcome: "failed" as const, error: modelError(thrown, model.context) };
    }
  }

  #request({ model, endpoint }: Reached, request: ModelRequest): Promise<PackageRequest> {
    return requestOfPackage(endpoint, model.name, model.options(request));
  }

  /** Told by the request of any call. */
  async #place(reached: Reached): Promise<BatchPlace> {
    const any = { instructions: "", messages: [userMessage("-")], tools: [], settings: {} };
    const model = reached.model.context.model;
    return placeOf(await this.#request(reached, { ...any, model, step: 1, runId: "" }));
  }

  /** Runs `ask` with what a model needs. Whatever is thrown becomes the error the engine acts on. */
  async #reach<Result>(name: string, ask: (reached: Reached) => Promise<Result>): Promise<Result> {
    const model = this.#modelOf(name);
    const api = this.#apiOf(model.config);
    if (!api) {
      throw new FlotillaError("invalid_request", `The provider of ${name} has no batch endpoint.`);
    }
    try {
      return await ask({ model, api, endpoint: await model.endpoint() });
    } catch (thrown) {
      throw modelError(thrown, model.context);
    }
  }

  #apiOf(config: ProviderConfig): BatchApi | undefined {
    switch (config.kind) {
      case "openai":
        return this.#openai;
      case "anthropic":
        return this.#anthropic;
      case "simulated":
      case "recorded":
        return config.format === "anthropic" ? this.#anthropic : this.#openai;
      default:
        return undefined;
    }
  }
}

function placeOf({ url, headers }: PackageRequest): BatchPlace {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith("content-"));
  return { root: url.replace(paths, ""), headers: Object.fromEntries(kept) };
}
