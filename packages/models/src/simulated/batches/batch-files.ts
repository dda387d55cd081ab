import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { BatchRefusal, sendLines } from "./batch-desk.ts";
import type { BatchJob } from "./batch-job.ts";

interface StoredFile {
  owner: string;
  text: string;
  /** As the API shows it. */
  shown: { id: string; object: "file"; bytes: number; purpose: "batch"; [more: string]: unknown };
}

const mostBytes = 200 * 1024 * 1024;

/** The input files of OpenAI's batches. Output files are written from the batch itself. */
export class BatchFiles {
  readonly #files = new Map<string, StoredFile>();

  /** Takes a multipart upload in. Throws a BatchRefusal when it is none for a batch. */
  async upload(owner: string, request: IncomingMessage): Promise<StoredFile["shown"]> {
    const form = await readForm(request);
    const file = form.get("file");
    if (form.get("purpose") !== "batch" || !(file instanceof File)) {
      throw new BatchRefusal(400, "A file is sent as multipart/form-data, with the purpose batch.");
    }
    if (file.size > mostBytes) throw new BatchRefusal(413, "A file has at most 200 MB.");
    const id = `file-${randomUUID().replaceAll("-", "")}`;
    const shown = {
      id,
      object: "file" as const,
      bytes: file.size,
      created_at: Math.floor(Date.now() / 1_000),
      filename: file.name,
      purpose: "batch" as const,
      status: "processed",
    };
    this.#files.set(id, { owner, text: await file.text(), shown });
    return shown;
  }

  /** Throws a BatchRefusal (404) when the key has no such file. */
  find(owner: string, id: string): StoredFile {
    const file = this.#files.get(id);
    if (file?.owner !== owner) throw new BatchRefusal(404, `There is no file ${id}.`);
    return file;
  }
}

async function readForm(request: IncomingMessage): Promise<FormData> {
  const body = await buffer(request);
  const type = request.headers["content-type"] ?? "";
  try {
    return await new Response(body, { headers: { "content-type": type } }).formData();
  } catch (error) {
    throw new BatchRefusal(400, `The upload cannot be read: ${String(error)}`);
  }
}

/** The lines of the file of answers, or else of the file of calls that have none. */
export function sendResults(response: ServerResponse, job: BatchJob, ofAnswers: boolean): void {
  const lines = job.results().flatMap(({ customId, outcome }): object[] => {
    const isAnswer = outcome.kind === "answered" && outcome.status < 300;
    if (isAnswer !== ofAnswers) return [];
    const id = `batch_req_${customId}`;
    if (outcome.kind === "answered") {
      const { status: status_code, body } = outcome;
      const whole = { status_code, request_id: id, body };
      return [{ id, custom_id: customId, response: whole, error: null }];
    }
    const message =
      outcome.kind === "expired"
        ? "This request could not be executed before the completion window expired."
        : "This request was cancelled with its batch.";
    const error = { code: `batch_${outcome.kind}`, message };
    return [{ id, custom_id: customId, response: null, error }];
  });
  sendLines(response, "application/octet-stream", lines);
}
