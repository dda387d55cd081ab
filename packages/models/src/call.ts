import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { FlotillaError, type ModelPart } from "@flotilla/core";
import { Answer } from "./answer.ts";
import type { Timeouts } from "./config.ts";
import { brokenStream, modelError, type CallContext } from "./failure.ts";

export interface Call {
  model: LanguageModelV4;
  step: number;
  context: CallContext;
  timeouts: Timeouts;
  /** The options of the call, given the signal that ends its HTTP request. */
  options(signal: AbortSignal): LanguageModelV4CallOptions;
  /** Whether the body of the request with that signal ended before its last event. */
  wasCut(signal: AbortSignal): boolean;
  /** The prompt as text, for providers that count no tokens. */
  inputText(): string;
}

/**
 * One model call. The HTTP request ends at once when `signal` is aborted, a timeout
 * passes, or the consumer stops reading.
 */
export async function* callModel(call: Call, signal: AbortSignal): AsyncGenerator<ModelPart> {
  const deadline = new Deadline(call, signal);
  const answer = new Answer(call.context, call.step);
  let whole = false;
  try {
    const { stream } = await call.model.doStream(call.options(deadline.signal));
    const reader = stream.getReader();
    deadline.onEnd = (reason) => void reader.cancel(reason).catch(() => {});
    for (;;) {
      const { done, value } = await reader.read();
      deadline.check();
      if (done) break;
      const shown = answer.take(value);
      if (shown !== undefined) deadline.progress();
      if (shown) yield shown;
    }
    whole = true;
    if (call.wasCut(deadline.signal)) {
      throw brokenStream("it ended without its last event", call.context);
    }
    yield answer.complete(call.inputText);
  } catch (thrown) {
    deadline.check();
    throw modelError(thrown, call.context);
  } finally {
    deadline.close(whole);
  }
}

/**
 * The three timeouts of a call and the caller's signal, as one signal. `progress` is told
 * of tokens only, so keep-alives hold nothing up.
 */
class Deadline {
  readonly #call: Call;
  readonly #outer: AbortSignal;
  readonly #abort = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #onOuterAbort: () => void;
  #next: NodeJS.Timeout;
  #progressed = false;
  #failure: FlotillaError | undefined;
  /** Called once when the call is to end early. */
  onEnd: ((reason: FlotillaError) => void) | undefined;

  constructor(call: Call, outer: AbortSignal) {
    this.#call = call;
    this.#outer = outer;
    const { firstTokenMs, totalMs } = call.timeouts;
    this.#next = this.#timer(firstTokenMs, "no token came");
    this.#total = this.#timer(totalMs, "it was not finished");
    this.#onOuterAbort = () => this.#end(cancellation(outer.reason));
    if (outer.aborted) this.#onOuterAbort();
    else outer.addEventListener("abort", this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  progress(): void {
    if (this.#progressed) {
      this.#next.refresh();
      return;
    }
    this.#progressed = true;
    clearTimeout(this.#next);
    this.#next = this.#timer(this.#call.timeouts.progressMs, "no further token came");
  }

  /** Throws why the call is to end early. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  close(whole: boolean): void {
    clearTimeout(this.#next);
    clearTimeout(this.#total);
    this.#outer.removeEventListener("abort", this.#onOuterAbort);
    if (!whole && !this.#failure) this.#abort.abort(new Error("the reader stopped"));
  }

  #timer(ms: number, what: string): NodeJS.Timeout {
    return setTimeout(() => {
      const message = `${this.#call.context.model}: ${what} within ${ms / 1_000} s.`;
      this.#end(new FlotillaError("model_timeout", message, { transient: true }));
    }, ms);
  }

  #end(failure: FlotillaError): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#abort.abort(failure);
    this.onEnd?.(failure);
  }
}

function cancellation(reason: unknown): FlotillaError {
  if (reason instanceof FlotillaError) return reason;
  return new FlotillaError("cancelled", "The model call was cancelled.", { cause: reason });
}
