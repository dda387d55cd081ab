import { Agent, type Dispatcher } from "undici";

/** What a `Wire` needs to know of one provider to judge its streams. */
export interface WireRules {
  /** The last event of a whole stream, as its data line says it: `[DONE]`. */
  terminal?: string;
}

export type FetchFunction = typeof globalThis.fetch;

/** HTTP for model calls: connections are kept, shared by all providers and closed together. */
export interface Wire {
  /**
   * A `fetch` for one provider. It resolves only with a stream of events; anything
   * else the provider says, or does not say, is thrown as a WireFailure.
   */
  fetchFor(rules: WireRules): FetchFunction;
  /**
   * Whether the stream of the request with that signal ended without its last event. It is
   * told here and not thrown, so that an error event before the end is still read.
   */
  wasCut(signal: AbortSignal): boolean;
  close(): Promise<void>;
}

export type WireFailureKind =
  /** Answered, with a status that is not 2xx. */
  | "status"
  /** Answered 2xx with something that is not a stream of events. */
  | "not_a_stream"
  /** No answer: the connection could not be made, or broke before the headers. */
  | "no_answer"
  /** The stream ended before it was whole. */
  | "cut";

export class WireFailure extends Error {
  readonly kind: WireFailureKind;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly headers: Record<string, string>;
  /** At most the first 64 KiB; empty for streams. */
  readonly body: string;

  constructor(
    kind: WireFailureKind,
    message: string,
    answer: { status?: number; headers?: Record<string, string>; body?: string } = {},
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "WireFailure";
    this.kind = kind;
    this.status = answer.status ?? 0;
    this.headers = answer.headers ?? {};
    this.body = answer.body ?? "";
  }
}

const bufferedBytes = 64 * 1024;
const failureBytes = 64 * 1024;
const tailBytes = 64;

/**
 * undici's dispatcher without its Readable and without global fetch, which cost about
 * three times the CPU of a short call. Timeouts are the caller's: a model may think for
 * minutes without a byte.
 */
export function openWire(): Wire {
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    connect: { timeout: 10_000 },
  });
  const cut = new WeakSet<AbortSignal>();
  const fetchFor = (rules: WireRules): FetchFunction => {
    return (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const exchange = new Exchange(url, rules, cut, init.signal ?? null, resolve, reject);
      agent.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: init.method ?? "GET",
          headers: init.headers as Record<string, string>,
          body: init.body as string,
        },
        exchange,
      );
      return promise;
    };
  };
  return { fetchFor, wasCut: (signal) => cut.has(signal), close: () => agent.destroy() };
}

interface FailedAnswer {
  kind: WireFailureKind;
  status: number;
  headers: Record<string, string>;
}

/** One request and its answer. States: waiting for headers, then streaming or collecting a failure. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #url: URL;
  readonly #rules: WireRules;
  readonly #cut: WeakSet<AbortSignal>;
  readonly #signal: AbortSignal | null;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #onAbort = () => this.#abort(this.#signal?.reason);
  #control: Dispatcher.DispatchController | undefined;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #failure: FailedAnswer | undefined;
  #collected: Buffer[] = [];
  #size = 0;
  #tail: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(
    url: URL,
    rules: WireRules,
    cut: WeakSet<AbortSignal>,
    signal: AbortSignal | null,
    resolve: (response: Response) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#url = url;
    this.#rules = rules;
    this.#cut = cut;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal?.aborted) this.#end(signal.reason);
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  onRequestStart(control: Dispatcher.DispatchController): void {
    this.#control = control;
    if (this.#ended) control.abort(new Error("aborted"));
  }

  onResponseStart(
    control: Dispatcher.DispatchController,
    status: number,
    rawHeaders: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const headers = flatHeaders(rawHeaders);
    const type = headers["content-type"] ?? "";
    if (status >= 300) this.#failure = { kind: "status", status, headers };
    else if (/^(text\/html|application\/json)/i.test(type)) {
      this.#failure = { kind: "not_a_stream", status, headers };
    }
    if (this.#failure) return;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (stream) => {
          this.#stream = stream;
        },
        pull: () => control.resume(),
        cancel: () => this.#abort(new Error("the reader stopped")),
      },
      { highWaterMark: bufferedBytes, size: (chunk) => chunk.byteLength },
    );
    this.#resolve(new Response(body, { status, headers }));
  }

  onResponseData(control: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended) return;
    this.#size += chunk.byteLength;
    if (this.#failure) {
      if (this.#size <= failureBytes) this.#collected.push(Buffer.from(chunk));
      return;
    }
    if (!this.#stream) return;
    if (this.#rules.terminal) this.#keepTail(chunk);
    this.#stream.enqueue(chunk);
    if ((this.#stream.desiredSize ?? 1) <= 0) control.pause();
  }

  onResponseEnd(): void {
    if (this.#failure) {
      this.#fail(this.#failure);
    } else if (this.#size === 0) {
      this.#end(new WireFailure("not_a_stream", "the answer was empty", { status: 200 }));
    } else if (!this.#ended) {
      const { terminal } = this.#rules;
      if (this.#signal && terminal && !this.#sawTerminal(terminal)) this.#cut.add(this.#signal);
      this.#ended = true;
      this.#signal?.removeEventListener("abort", this.#onAbort);
      this.#stream?.close();
    }
  }

  onResponseError(_control: Dispatcher.DispatchController, error: Error): void {
    if (this.#failure) {
      this.#fail(this.#failure);
      return;
    }
    const kind = this.#stream ? "cut" : "no_answer";
    this.#end(new WireFailure(kind, `${this.#url.host}: ${causeText(error)}`, {}, error));
  }

  /** The answer is a failure, with as much of its body as came. */
  #fail({ kind, status, headers }: FailedAnswer): void {
    const body = Buffer.concat(this.#collected).toString("utf8");
    this.#end(new WireFailure(kind, `HTTP ${status}`, { status, headers, body }));
  }

  #abort(reason: unknown): void {
    this.#end(reason);
    this.#control?.abort(reason instanceof Error ? reason : new Error("aborted"));
  }

  #end(failure: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#reject(failure);
    try {
      this.#stream?.error(failure);
    } catch {
      // The reader has cancelled the stream already.
    }
  }

  #keepTail(chunk: Buffer): void {
    const joined = chunk.byteLength >= tailBytes ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = joined.subarray(-tailBytes);
  }

  #sawTerminal(terminal: string): boolean {
    return this.#tail.toString("latin1").trimEnd().endsWith(terminal);
  }
}

function flatHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

/** The reason of a network error: undici and Node say it in `code` or in the innermost cause. */
function causeText(error: Error): string {
  const inner = error.cause instanceof Error ? error.cause : error;
  const code = (inner as NodeJS.ErrnoException).code;
  return inner.message || code || error.message;
}
