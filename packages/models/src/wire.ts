import { Agent, type Dispatcher } from "undici";
import { EventLines, type StreamRules } from "./event-lines.ts";
import { WireFailure, type WireFailureKind } from "./wire-failure.ts";

/** What a `Wire` needs to know of one provider to judge its answers. */
export interface WireRules {
  /** An answer is such a stream of events, or JSON. */
  answer: StreamRules | "json";
  /** An answer that is larger ends as a failure. */
  maxResponseBytes: number;
}

export type FetchFunction = typeof globalThis.fetch;

/** HTTP for model calls: connections are kept, shared by all providers and closed together. */
export interface Wire {
  /**
   * A `fetch` for one provider. It resolves only with a stream of events, which ends with its
   * last event, even where the connection stays open, or with JSON where that is the rule; anything
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

const bufferedBytes = 64 * 1024;
const failureBytes = 64 * 1024;
/** How long the body of a failure may take before the failure is told without it. */
const failureBodyMs = 1_000;
/** How long the connection may take to end an answer that is whole, so that it can be used again. */
const lingerMs = 1_000;

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
  /** Undefined where an answer is JSON. */
  readonly #lines: EventLines | undefined;
  #control: Dispatcher.DispatchController | undefined;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #failure: FailedAnswer | undefined;
  #collected: Buffer[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
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
    this.#lines = rules.answer === "json" ? undefined : new EventLines(rules.answer);
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
    else if (this.#lines && /^(text\/html|application\/json)/i.test(type)) {
      this.#failure = { kind: "not_a_stream", status, headers };
    } else if (!this.#lines && !/^application\/json/i.test(type)) {
      this.#failure = { kind: "not_json", status, headers };
    }
    const failure = this.#failure;
    if (failure) {
      const giveUp = () => this.#abort(this.#failureSoFar(failure));
      this.#timer = setTimeout(giveUp, failureBodyMs);
      return;
    }
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
      this.#collected.push(Buffer.from(chunk));
      if (this.#size >= failureBytes) this.#abort(this.#failureSoFar(this.#failure));
      return;
    }
    if (this.#size > this.#rules.maxResponseBytes) {
      const message = `it is larger than ${this.#rules.maxResponseBytes} bytes`;
      this.#abort(new WireFailure("too_large", message));
      return;
    }
    const whole = this.#lines ? this.#lines.take(chunk) : Buffer.from(chunk);
    if (whole) this.#stream?.enqueue(whole);
    if (this.#lines?.ended) {
      this.#finish();
      this.#timer = setTimeout(() => control.abort(new Error("the answer is whole")), lingerMs);
    } else if ((this.#stream?.desiredSize ?? 1) <= 0) control.pause();
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    if (this.#failure) {
      this.#end(this.#failureSoFar(this.#failure));
    } else if (this.#size === 0) {
      const kind = this.#lines ? "not_a_stream" : "not_json";
      this.#end(new WireFailure(kind, "the answer was empty", { status: 200 }));
    } else {
      const rest = this.#lines?.rest();
      if (rest) this.#stream?.enqueue(rest);
      if (this.#signal && this.#lines?.isCut) this.#cut.add(this.#signal);
      this.#finish();
    }
  }

  onResponseError(_control: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    if (this.#failure) {
      this.#end(this.#failureSoFar(this.#failure));
      return;
    }
    const kind = this.#stream ? "cut" : "no_answer";
    this.#end(new WireFailure(kind, `${this.#url.host}: ${causeText(error)}`, {}, error));
  }

  /** The stream is whole, as far as the wire can tell. */
  #finish(): void {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#stream?.close();
  }

  /** The answer is a failure, with as much of its body as came. */
  #failureSoFar({ kind, status, headers }: FailedAnswer): WireFailure {
    const body = Buffer.concat(this.#collected).toString("utf8", 0, failureBytes);
    return new WireFailure(kind, `HTTP ${status}`, { status, headers, body });
  }

  #abort(reason: unknown): void {
    this.#end(reason);
    this.#control?.abort(reason instanceof Error ? reason : new Error("aborted"));
  }

  #end(failure: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#reject(failure);
    try {
      this.#stream?.error(failure);
    } catch {
      // The reader has cancelled the stream already.
    }
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
