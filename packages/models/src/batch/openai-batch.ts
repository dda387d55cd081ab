import { randomUUID } from "node:crypto";
import type { ProviderBatchState } from "@flotilla/core";
import { z } from "zod";
import { piecesOfCalls, type BatchApi, type ReceivedCall } from "./batch-api.ts";
import type { BatchHttp, BatchPlace } from "./batch-http.ts";

const batchSchema = z.object({
  id: z.string(),
  status: z.string(),
  created_at: z.number(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  request_counts: z
    .object({ total: z.number(), completed: z.number(), failed: z.number() })
    .nullish(),
  errors: z
    .object({ data: z.array(z.object({ message: z.string().nullish() })).nullish() })
    .nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
type Batch = z.infer<typeof batchSchema>;

const listSchema = z.object({ data: z.array(batchSchema), has_more: z.boolean() });
const fileSchema = z.object({ id: z.string() });

const lineSchema = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** The batch's metadata by which it is found again. */
const keyName = "flotilla_batch";
const pageSize = 100;
const mostPages = 20;
const most = { calls: 50_000, megabytes: 200 };
const uploadTimeoutMs = 60_000;

/** OpenAI's batches: a file of calls goes up, a file of answers and one of errors come down. */
export class OpenaiBatch implements BatchApi {
  readonly #http: BatchHttp;

  constructor(http: BatchHttp) {
    this.#http = http;
  }

  async submit(
    place: BatchPlace,
    key: string,
    endpoint: string,
    calls: Parameters<BatchApi["submit"]>[3],
  ): Promise<string> {
    const url = `/v1${endpoint}`;
    const lines = piecesOfCalls(
      calls,
      ({ customId, body }) =>
        `{"custom_id":${JSON.stringify(customId)},"method":"POST","url":"${url}","body":${body}}\n`,
      most,
    );
    const file = await this.#http.json(place, "/files", fileSchema, {
      method: "POST",
      ...form(key, lines),
      timeoutMs: uploadTimeoutMs,
    });
    const wanted = {
      input_file_id: file.id,
      endpoint: url,
      completion_window: "24h",
      metadata: { [keyName]: key },
    };
    const batch = await this.#http.json(place, "/batches", batchSchema, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: [Buffer.from(JSON.stringify(wanted))],
    });
    return batch.id;
  }

  async find(place: BatchPlace, key: string): Promise<string | undefined> {
    let after = "";
    for (let page = 0; page < mostPages; page++) {
      const path = `/batches?limit=${pageSize}${after && `&after=${after}`}`;
      const { data, has_more } = await this.#http.json(place, path, listSchema);
      const found = data.find(({ metadata }) => metadata?.[keyName] === key);
      if (found) return found.id;
      after = data.at(-1)?.id ?? "";
      if (!has_more || !after) return undefined;
    }
    return undefined;
  }

  async poll(place: BatchPlace, id: string): Promise<ProviderBatchState> {
    const batch = await this.#batch(place, id);
    const { total = 0, completed = 0, failed = 0 } = batch.request_counts ?? {};
    const calls = { calls: total, ended: completed + failed };
    switch (batch.status) {
      case "completed":
      case "expired":
      case "cancelled":
        return { status: "ended", ...calls };
      case "failed":
        return { status: "failed", ...calls, error: errorOf(batch) };
      default:
        return { status: "running", ...calls };
    }
  }

  async *results(place: BatchPlace, id: string, maxBytes: number): AsyncGenerator<ReceivedCall> {
    const { output_file_id, error_file_id } = await this.#batch(place, id);
    for (const file of [output_file_id, error_file_id]) {
      if (!file) continue;
      for await (const text of this.#http.lines(place, `/files/${file}/content`, maxBytes)) {
        const received = readLine(text);
        if (received) yield received;
      }
    }
  }

  async cancel(place: BatchPlace, id: string): Promise<void> {
    await this.#http.json(place, `/batches/${id}/cancel`, batchSchema, { method: "POST" });
  }

  wireId(customId: string): string {
    return customId;
  }

  #batch(place: BatchPlace, id: string): Promise<Batch> {
    return this.#http.json(place, `/batches/${id}`, batchSchema);
  }
}

function form(key: string, lines: Buffer[]): { headers: Record<string, string>; body: Buffer[] } {
  const boundary = `flotilla-${randomUUID()}`;
  const part = (name: string) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`;
  const file = `; filename="${key}.jsonl"\r\ncontent-type: application/jsonl\r\n\r\n`;
  const head = `${part("purpose")}\r\n\r\nbatch\r\n${part("file")}${file}`;
  return {
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    body: [Buffer.from(head), ...lines, Buffer.from(`\r\n--${boundary}--\r\n`)],
  };
}

function errorOf({ id, errors }: Batch): NonNullable<ProviderBatchState["error"]> {
  const said = (errors?.data ?? []).flatMap(({ message }) => message ?? []);
  return {
    code: "model_rejected",
    message: `The provider refused the batch ${id}: ${said.slice(0, 3).join(" ") || "it did not say why"}`,
    class: "permanent",
    remedy: "Its calls are made the usual way; see the provider's message for what to correct.",
  };
}

/** Undefined for a line that says nothing of a call. */
function readLine(text: string): ReceivedCall | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data: line } = lineSchema.safeParse(value);
  if (!line) return undefined;
  const wireId = line.custom_id;
  if (line.response) {
    const { status_code: status, body } = line.response;
    return { wireId, answer: { status, body: JSON.stringify(body ?? null) } };
  }
  const { code, message } = line.error ?? {};
  if (code === "batch_expired" || code === "batch_cancelled") return { wireId, answer: "expired" };
  return { wireId, answer: { status: 500, body: JSON.stringify({ error: { code, message } }) } };
}
