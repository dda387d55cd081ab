import { Readable } from "node:stream";
import { FlotillaError } from "@flotilla/core";
import { Agent, request, type Dispatcher } from "undici";
import type { z } from "zod";
import { WireFailure } from "../wire-failure.ts";

/** A provider's API, and the headers that its requests need. */
export interface BatchPlace {
  /** Up to `/v1`. */
  root: string;
  headers: Record<string, string>;
}

interface BatchRequest {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  /** In pieces, so that a large one is never there twice. */
  body?: Buffer[];
  /** For the whole request. */
  timeoutMs?: number;
}

const usualTimeoutMs = 20_000;
/** Results come as fast as the provider reads them. */
const silenceMs = 30_000;
const failureBytes = 64 * 1024;
const newline = 10;

/** HTTP for batch endpoints: JSON, and files of JSON lines. */
export class BatchHttp {
  readonly #agent = new Agent({ connect: { timeout: 10_000 } });

  /** Throws a WireFailure for an answer that is not 2xx, and a FlotillaError for none in time. */
  async json<Schema extends z.ZodType>(
    place: BatchPlace,
    path: string,
    schema: Schema,
    { timeoutMs = usualTimeoutMs, ...asked }: BatchRequest = {},
  ): Promise<z.infer<Schema>> {
    const signal = AbortSignal.timeout(timeoutMs);
    const text = await this.#ask(place, path, asked, signal, (body) => body.text());
    const parsed = schema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    const message = `${place.root}${path} answered with what is not of its API: ${text.slice(0, 300)}`;
    throw new FlotillaError("model_unavailable", message, { transient: true });
  }

  /**
   * The lines of a file, as they come. One that is longer than `maxBytes` is left out. Throws
   * as `json` does, also in the middle.
   */
  async *lines(place: BatchPlace, path: string, maxBytes: number): AsyncGenerator<string> {
    const body = await this.#ask(place, path, {}, undefined, (stream) => Promise.resolve(stream));
    let held: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        let start = 0;
        for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
          const whole = size + end - start <= maxBytes;
          const line = Buffer.concat([...held, chunk.subarray(start, end)])
            .toString("utf8")
            .trim();
          if (whole && line !== "") yield line;
          held = [];
          size = 0;
          start = end + 1;
        }
        size += chunk.byteLength - start;
        if (size <= maxBytes) held.push(chunk.subarray(start));
        else held = [];
      }
    } catch (error) {
      throw wireFailure(error, "cut");
    }
    const last = Buffer.concat(held).toString("utf8").trim();
    if (last !== "" && size <= maxBytes) yield last;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #ask<Result>(
    { root, headers }: BatchPlace,
    path: string,
    asked: BatchRequest,
    signal: AbortSignal | undefined,
    read: (body: Dispatcher.ResponseData["body"]) => Promise<Result>,
  ): Promise<Result> {
    const { method = "GET", body } = asked;
    const length = body?.reduce((sum, piece) => sum + piece.byteLength, 0);
    try {
      const answer = await request(`${root}${path}`, {
        method,
        headers: {
          ...headers,
          ...asked.headers,
          ...(length !== undefined && { "content-length": String(length) }),
        },
        ...(body && { body: Readable.from(body) }),
        ...(signal && { signal }),
        headersTimeout: asked.timeoutMs ?? silenceMs,
        bodyTimeout: silenceMs,
        dispatcher: this.#agent,
      });
      if (answer.statusCode < 300) return await read(answer.body);
      throw new WireFailure("status", `HTTP ${answer.statusCode}`, {
        status: answer.statusCode,
        headers: flat(answer.headers),
        body: (await answer.body.text()).slice(0, failureBytes),
      });
    } catch (error) {
      throw wireFailure(error, "no_answer");
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wireFailure(error: unknown, kind: "cut" | "no_answer"): Error {
  if (error instanceof WireFailure || error instanceof FlotillaError) return error;
  const { name, message } = error as Error;
  if (name === "TimeoutError" || /Timeout/.test(name)) {
    const said = `The batch endpoint did not answer in time: ${message}`;
    return new FlotillaError("model_timeout", said, { transient: true, cause: error });
  }
  return new WireFailure(kind, message, {}, error);
}

function flat(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
  );
}
