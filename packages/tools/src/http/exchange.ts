import { FlotillaError, type OutgoingRequest } from "@flotilla/core";
import { pipeline, type Readable } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";
import { request, type Dispatcher } from "undici";

export interface Question {
  method: Dispatcher.HttpMethod;
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

export interface Answer {
  status: number;
  url: URL;
  /** Repeated headers joined by commas; names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** After decompression, at most the bytes asked for. */
  body: Buffer;
  /** There was more. */
  truncated: boolean;
}

export interface ExchangeOptions {
  network: Dispatcher;
  signal: AbortSignal;
  /** May depend on what the answer says it is. */
  maxBytes: number | ((contentType: string | undefined) => number);
  repeatable: boolean;
  place(request: OutgoingRequest): Promise<OutgoingRequest>;
}

const decoders = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The request never left, so sending it again is always safe. */
const unsent = [
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
];

/** Broken off on the way; the other side may have acted on it. */
const interrupted = [
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
];

/**
 * One request and its answer; redirects are answers. Reads at most `maxBytes`, counted after
 * decompression so that a small bomb costs no more than a long page.
 * Placeholders for credentials are replaced on the way out; the answer's URL still has them.
 * Throws a FlotillaError; after an interrupted exchange it is transient only if `repeatable`.
 */
export async function exchange(question: Question, options: ExchangeOptions): Promise<Answer> {
  const { url, method, headers: asked, body } = question;
  try {
    const placed = await options.place({ url, method, headers: asked });
    const answer = await request(placed.url, {
      method,
      headers: { "user-agent": "flotilla", "accept-encoding": "gzip, br", ...placed.headers },
      body: body ?? null,
      dispatcher: options.network,
      signal: options.signal,
    });
    const headers = joined(answer.headers);
    const decoded = decode(answer.body, headers["content-encoding"]);
    const { maxBytes } = options;
    const most = typeof maxBytes === "number" ? maxBytes : maxBytes(headers["content-type"]);
    const read = await readAtMost(decoded, most);
    return { status: answer.statusCode, url, headers, ...read };
  } catch (error) {
    throw options.signal.aborted ? error : asToolError(url, error, options.repeatable);
  }
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function decode(body: Readable, encoding: string | undefined): Readable {
  const name = encoding?.trim().toLowerCase();
  if (!name || name === "identity") return body;
  if (!Object.hasOwn(decoders, name)) {
    body.destroy();
    throw new FlotillaError(
      "tool_failed",
      `The answer is compressed with ${name}, which is unknown.`,
    );
  }
  // The callback keeps a failure of the source from being unhandled; reading reports it.
  return pipeline(body, decoders[name as keyof typeof decoders](), () => undefined);
}

async function readAtMost(
  stream: Readable,
  maxBytes: number,
): Promise<{ body: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes), truncated: size > maxBytes };
}

function asToolError(url: URL, thrown: unknown, repeatable: boolean): FlotillaError {
  if (thrown instanceof FlotillaError) return thrown;
  const error = thrown as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const code = error.code ?? error.errors?.[0]?.code ?? "";
  const message = error.message || error.errors?.[0]?.message || String(thrown);
  if (code === "UND_ERR_INVALID_ARG") {
    return new FlotillaError("tool_input_invalid", `The request is not valid: ${message}.`);
  }
  const isUnsent = unsent.includes(code);
  const transient = isUnsent ? code !== "ENOTFOUND" : repeatable && interrupted.includes(code);
  const doubt = isUnsent || repeatable ? "" : "; it may have taken effect";
  return new FlotillaError("tool_failed", `${url.host} did not answer: ${message}${doubt}.`, {
    transient,
    remedy: transient ? "It is tried again." : "Check the URL, or try another source.",
    cause: thrown,
  });
}
