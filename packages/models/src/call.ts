import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { FlotillaError, type ModelPart } from "@flotilla/core";
import { Answer } from "./answer.ts";
import type { Timeouts } from "./config.ts";
import { limitSignal } from "./limit-signal.ts";
import { brokenStream, modelError, type CallContext } from "./failure.ts";

/** What one call is made of; each part is asked for when it is needed. */
export interface Call {
  /** Throws when there is no key for it. */
  model(): Promise<LanguageModelV4>;
  step: number;
  context: CallContext;
  timeouts: Timeouts;
  /** The options of the call, given the signal that ends its HTTP request. */
  options(signal: AbortSignal): LanguageModelV4CallOptions;
  /** Whether the body of the request with that signal ended before its last event. */
  wasCut(signal: AbortSignal): boolean;
  /** The prompt as text, for providers that count no tokens. */
  inputText(): string;
  /** Told of the whole answer, before the caller gets it. */
  answered(completed: Completed): void;
  /** Told of the error, before the caller gets it. */
  failed(error: FlotillaError): void;
}

type Completed = Extract<ModelPart, { type: "completed" }>;

/**
 * One model call. The HTTP request ends at once when `signal` is aborted, a timeout
 * passes, or the consumer stops reading. What `prepare` throws is thrown as it is. An error
 * after output has begun, or by the caller's own end of it, carries what the provider bills for it.
 */
export async function* callModel(
  prepare: () => Call,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const call = prepare();
  const deadline = new Deadline(call, signal);
  const answer = new Answer(call.context, call.step);
  let whole = false;
  let isSent = false;
  try {
    const model = await call.model();
    isSent = true;
    const { stream, response } = await model.doStream(call.options(deadline.signal));
    const limits = limitSignal(response?.headers ?? {});
    if (limits) yield { type: "limits", signal: limits };
    const reader = stream.getReader();
    deadline.onEnd = (reason) => void reader.cancel(reason).catch(() => {});
    for (;;) {
      const { done, value } = await reader.read();
      deadline.check();
      if (done) break;
      const taken = answer.take(value);
      if (taken === undefined) continue;
      deadline.progress(taken === "thinking");
      if (typeof taken === "object") yield taken;
    }
    whole = true;
    if (call.wasCut(deadline.signal)) {
      throw brokenStream("it ended without its last event", call.context);
    }
    const completed = answer.complete(call.inputText);
    call.answered(completed);
    yield completed;
  } catch (thrown) {
    const error = deadline.failure ?? modelError(thrown, call.context);
    call.failed(error);
    const spent = answer.spent(call.inputText, isSent && signal.aborted);
    throw spent ? error.withUsage(spent.usage, spent.estimated) : error;
  } finally {
    deadline.close(whole);
  }
}

/**
 * The three timeouts of a call and the caller's signal, as one signal. `progress` is told
 * of tokens only, so keep-alives hold nothing up. A model that begins to think may be as
 * silent as before its first token.
 */
class Deadline {
  readonly #call: Call;
  readonly #outer: AbortSignal;
  readonly #abort = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #onOuterAbort: () => void;
  #silence: NodeJS.Timeout;
  #patient = true;
  #failure: FlotillaError | undefined;
  /** Called once when the call is to end early. */
  onEnd: ((reason: FlotillaError) => void) | undefined;

  constructor(call: Call, outer: AbortSignal) {
    this.#call = call;
    this.#outer = outer;
    this.#silence = this.#silenceTimer();
    this.#total = this.#timer(call.timeouts.totalMs, "it was not finished");
    this.#onOuterAbort = () => this.#end(cancellation(outer.reason));
    if (outer.aborted) this.#onOuterAbort();
    else outer.addEventListener("abort", this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  progress(thinking: boolean): void {
    if (thinking === this.#patient) {
      this.#silence.refresh();
      return;
    }
    this.#patient = thinking;
    clearTimeout(this.#silence);
    this.#silence = this.#silenceTimer();
  }

  /** Why the call is to end early. */
  get failure(): FlotillaError | undefined {
    return this.#failure;
  }

  /** Throws why the call is to end early. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  close(whole: boolean): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    this.#outer.removeEventListener("abort", this.#onOuterAbort);
    if (!whole && !this.#failure) this.#abort.abort(new Error("the reader stopped"));
  }

  #silenceTimer(): NodeJS.Timeout {
    const { firstTokenMs, progressMs } = this.#call.timeouts;
    return this.#patient
      ? this.#timer(firstTokenMs, "no token came")
      : this.#timer(progressMs, "no further token came");
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
