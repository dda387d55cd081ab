import { hash } from "node:crypto";
import { FlotillaError, idTime, type ProviderBatchState } from "@flotilla/core";
import { z } from "zod";
import { piecesOfCalls, type BatchApi, type ReceivedCall } from "./batch-api.ts";
import type { BatchHttp, BatchPlace } from "./batch-http.ts";

const batchSchema = z.object({
  id: z.string(),
  processing_status: z.string(),
  created_at: z.string(),
  request_counts: z.object({
    processing: z.number(),
    succeeded: z.number(),
    errored: z.number(),
    canceled: z.number(),
    expired: z.number(),
  }),
});
type Batch = z.infer<typeof batchSchema>;

const listSchema = z.object({ data: z.array(batchSchema), has_more: z.boolean() });

const resultSchema = z.object({
  custom_id: z.string(),
  result: z.discriminatedUnion("type", [
    z.object({ type: z.literal("succeeded"), message: z.unknown() }),
    z.object({
      type: z.literal("errored"),
      error: z.looseObject({ error: z.looseObject({ type: z.string() }).optional() }),
    }),
    z.object({ type: z.literal("canceled") }),
    z.object({ type: z.literal("expired") }),
  ]),
});

const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  timeout_error: 504,
  overloaded_error: 529,
};

const pageSize = 100;
const mostPages = 20;
const most = { calls: 100_000, megabytes: 256 };
const uploadTimeoutMs = 60_000;
/** By which the clocks here and there may differ. */
const skewMs = 60_000;
/** How far back a batch is looked for whose key tells no time. */
const lookBackMs = 24 * 3_600_000;
const lookAgainMs = 60_000;
const longLine = 64 * 1024 * 1024;

/**
 * Anthropic's message batches. The API lets no name be given to a batch: the ids of its calls
 * carry it, and they are told with the results only. So a batch that is still under way can be
 * told from others by elimination only.
 */
export class AnthropicBatch implements BatchApi {
  readonly #http: BatchHttp;
  /** The tags of batches that are known here. */
  readonly #tags = new Map<string, string>();

  constructor(http: BatchHttp) {
    this.#http = http;
  }

  async submit(
    place: BatchPlace,
    key: string,
    _endpoint: string,
    calls: Parameters<BatchApi["submit"]>[3],
  ): Promise<string> {
    const tag = tagOf(key);
    const pieces = piecesOfCalls(
      calls,
      ({ customId, body }, index) =>
        `${index > 0 ? "," : ""}{"custom_id":"${tag}-${this.wireId(customId)}","params":${body}}`,
      most,
    );
    const batch = await this.#http.json(place, "/messages/batches", batchSchema, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: [Buffer.from('{"requests":['), ...pieces, Buffer.from("]}")],
      timeoutMs: uploadTimeoutMs,
    });
    this.#tags.set(batch.id, tag);
    return batch.id;
  }

  async find(
    place: BatchPlace,
    key: string,
    known?: readonly string[],
  ): Promise<string | undefined> {
    const tag = tagOf(key);
    const since = (idTime(key) ?? Date.now() - lookBackMs) - skewMs;
    let isUnsure = false;
    for await (const batch of this.#since(place, since)) {
      if (known?.includes(batch.id)) continue;
      const isTold = this.#tags.has(batch.id) || batch.processing_status === "ended";
      if (!isTold) isUnsure = true;
      else if ((await this.#tag(place, batch.id)) === tag) return batch.id;
    }
    if (!isUnsure || known === undefined) return undefined;
    const message = `It cannot be told yet whether the batch ${key} is at Anthropic: others are under way.`;
    throw new FlotillaError("model_unavailable", message, {
      transient: true,
      retryAfterMs: lookAgainMs,
    });
  }

  async poll(place: BatchPlace, id: string): Promise<ProviderBatchState> {
    const batch = await this.#http.json(place, `/messages/batches/${id}`, batchSchema);
    const { processing, ...ended } = batch.request_counts;
    const sum = Object.values(ended).reduce((all, count) => all + count, 0);
    return {
      status: batch.processing_status === "ended" ? "ended" : "running",
      calls: processing + sum,
      ended: sum,
    };
  }

  async *results(place: BatchPlace, id: string, maxBytes: number): AsyncGenerator<ReceivedCall> {
    const path = `/messages/batches/${id}/results`;
    for await (const text of this.#http.lines(place, path, maxBytes)) {
      const line = readLine(text);
      if (!line) continue;
      const [, wireId = ""] = line.custom_id.split("-");
      yield { wireId, answer: answerOf(line.result) };
    }
  }

  async cancel(place: BatchPlace, id: string): Promise<void> {
    const path = `/messages/batches/${id}/cancel`;
    await this.#http.json(place, path, batchSchema, { method: "POST" });
  }

  wireId(customId: string): string {
    return hash("sha256", customId).slice(0, 40);
  }

  async *#since(place: BatchPlace, since: number): AsyncGenerator<Batch> {
    let after = "";
    for (let page = 0; page < mostPages; page++) {
      const path = `/messages/batches?limit=${pageSize}${after && `&after_id=${after}`}`;
      const { data, has_more } = await this.#http.json(place, path, listSchema);
      for (const batch of data) {
        if (Date.parse(batch.created_at) < since) return;
        yield batch;
      }
      after = data.at(-1)?.id ?? "";
      if (!has_more || !after) return;
    }
  }

  /** Read from its first result, once. */
  async #tag(place: BatchPlace, id: string): Promise<string> {
    const told = this.#tags.get(id);
    if (told !== undefined) return told;
    let tag = "";
    for await (const text of this.#http.lines(place, `/messages/batches/${id}/results`, longLine)) {
      tag = readLine(text)?.custom_id.split("-")[0] ?? "";
      break;
    }
    this.#tags.set(id, tag);
    return tag;
  }
}

function tagOf(key: string): string {
  return hash("sha256", key).slice(0, 20);
}

function readLine(text: string): z.infer<typeof resultSchema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return resultSchema.safeParse(value).data;
}

function answerOf(result: z.infer<typeof resultSchema>["result"]): ReceivedCall["answer"] {
  switch (result.type) {
    case "succeeded":
      return { status: 200, body: JSON.stringify(result.message ?? null) };
    case "errored": {
      const status = statuses[result.error.error?.type ?? ""] ?? 500;
      return { status, body: JSON.stringify(result.error) };
    }
    case "canceled":
    case "expired":
      return "expired";
  }
}
