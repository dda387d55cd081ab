import type { Estimate } from "./usage.ts";
import { APICallError } from "@ai-sdk/provider";
import { FlotillaError, type ErrorCode } from "@flotilla/core";
import { limitSignal } from "./limit-signal.ts";
import { retryAfterMs } from "./retry-after.ts";
import { WireFailure } from "./wire-failure.ts";

/** What a message about a failed call needs to name. */
export interface CallContext {
  /** `provider/model`. */
  model: string;
  /** How the key is set, for people: `OPENAI_API_KEY`. */
  keyName: string;
  /** How tokens are estimated where the provider tells none. Default: as real tokenizers count. */
  estimate?: Estimate;
  now(): number;
}

/** Any value thrown by a provider package or the wire, as the error the engine acts on. */
export function modelError(thrown: unknown, call: CallContext): FlotillaError {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof FlotillaError) return error;
    if (error instanceof WireFailure) return wireError(error, call);
    if (APICallError.isInstance(error) && (error.statusCode ?? 0) >= 400) {
      // The wire tells real statuses itself: this one was made of an error event in a stream.
      const text = error.responseBody ?? JSON.stringify({ message: error.message });
      return eventError(text, error.statusCode ?? 500, call, error);
    }
  }
  return packageError(thrown, call);
}

function wireError(failure: WireFailure, call: CallContext): FlotillaError {
  const options = { transient: true, cause: failure };
  switch (failure.kind) {
    case "status":
      return statusError(failure.status, failure.headers, failure.body, call);
    case "not_a_stream":
    case "not_json": {
      const said = failure.body ? `: ${excerpt(failure.body)}` : `; ${failure.message}`;
      const what = failure.kind === "not_json" ? "JSON" : "stream of events";
      const message = `${call.model} answered with no ${what}${said}`;
      return new FlotillaError("model_unavailable", message, options);
    }
    case "no_answer": {
      const message = `${call.model} could not be reached: ${failure.message}`;
      return new FlotillaError("model_unavailable", message, options);
    }
    case "cut":
      return brokenStream(failure.message, call, failure);
    case "too_large": {
      const message = `The answer of ${call.model} was cut off: ${failure.message}.`;
      const remedy = "Ask for less, or raise maxResponseBytes of the provider.";
      return new FlotillaError("model_output_truncated", message, { remedy, cause: failure });
    }
  }
}

/** An error event inside a stream that began well. */
export function streamError(error: unknown, call: CallContext): FlotillaError {
  if (APICallError.isInstance(error) || error instanceof WireFailure) {
    return modelError(error, call);
  }
  if (error instanceof Error && isUnreadable(error))
    return brokenStream(error.message, call, error);
  const text = error instanceof Error ? describe(error) : JSON.stringify(error);
  return eventError(text, 500, call, error);
}

/** The words of an error event decide; `status` is what it is taken for when they say nothing. */
function eventError(text: string, status: number, call: CallContext, cause: unknown) {
  const told = statusOf(text);
  const taken = told === 500 ? status : told;
  return taken === 500
    ? brokenStream(saidIn(text), call, cause)
    : statusError(taken, {}, text, call);
}

export function brokenStream(why: string, call: CallContext, cause?: unknown): FlotillaError {
  const message = `The stream of ${call.model} broke off: ${why}`;
  return new FlotillaError("model_stream_broken", message, { transient: true, cause });
}

const contextWords =
  /context[_ ](length|window)|maximum context|prompt is too long|input token count|too many (input )?tokens|exceeds? the (maximum|limit).{0,40}tokens/i;
const quotaWords =
  /insufficient_quota|exceeded your current quota|billing_hard_limit|credit balance|billing_not_active|payment[_ ]required/i;
const refusalWords =
  /content_filter|content_policy|moderation_blocked|content management policy|safety (system|reasons|settings)|responsible ?ai/i;
const modelWords = /model_not_found|model .{0,80}(does not exist|not found)|not_found_error/i;

/** The provider's status and body, classed. The words decide where a status means several things. */
function statusError(
  status: number,
  headers: Record<string, string>,
  body: string,
  call: CallContext,
): FlotillaError {
  const [code, transient] = classify(status, body);
  const wait = transient ? retryAfterMs(headers, body, call.now()) : undefined;
  const requestId = headers["x-request-id"] ?? headers["request-id"];
  const refused = code === "model_rate_limited" || code === "model_overloaded";
  const limits = {
    ...limitSignal(headers),
    ...(refused && { refused }),
    ...(code === "model_overloaded" && { overloaded: true }),
    ...(refused && wait !== undefined && { pauseMs: wait }),
  };
  return new FlotillaError(code, `${call.model} answered ${status}: ${saidIn(body)}`, {
    transient,
    limits,
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(code === "credentials_missing" && {
      remedy: `Set a valid ${call.keyName} with access to this model, then run again.`,
    }),
    details: { status, ...(requestId && { requestId }) },
  });
}

function classify(status: number, body: string): [code: ErrorCode, transient: boolean] {
  if (status === 402) return ["model_quota_exhausted", false];
  if (status === 429) return classify429(body);
  if (status === 401 || status === 403) {
    return quotaWords.test(body)
      ? ["model_quota_exhausted", false]
      : ["credentials_missing", false];
  }
  if (status === 408 || status === 409 || status === 425) return ["model_unavailable", true];
  if (status === 503 || status === 529) return ["model_overloaded", true];
  if (status >= 500) return ["model_unavailable", true];
  if (status === 404 || modelWords.test(body)) return ["unknown_model", false];
  if (status === 413 || contextWords.test(body)) return ["context_overflow", false];
  if (/credit balance|billing/i.test(body)) return ["model_quota_exhausted", false];
  if (/API[_ ]key[_ ](not valid|invalid)|API_KEY_INVALID/i.test(body)) {
    return ["credentials_missing", false];
  }
  if (refusalWords.test(body)) return ["model_refused", false];
  return ["model_rejected", false];
}

/**
 * Rate, or quota. Google says "you exceeded your current quota" of both, and names the
 * period in the quota's id; OpenAI answers 429 to a request above the limit of a minute,
 * which no waiting makes smaller.
 */
function classify429(body: string): [code: ErrorCode, transient: boolean] {
  if (/request too large/i.test(body)) return ["context_overflow", false];
  if (/PerDay/.test(body)) return ["model_quota_exhausted", false];
  if (/PerMinute|"retryDelay"/.test(body)) return ["model_rate_limited", true];
  return quotaWords.test(body) ? ["model_quota_exhausted", false] : ["model_rate_limited", true];
}

/** The status an error event would have had as an answer; 500 when it names no cause. */
function statusOf(text: string): number {
  if (/insufficient_quota|rate_limit|RESOURCE_EXHAUSTED|"?\b429\b/i.test(text)) return 429;
  if (/overloaded|UNAVAILABLE|\b529\b|\b503\b/i.test(text)) return 529;
  if (/authentication|permission|\b401\b|\b403\b/i.test(text)) return 401;
  if (/invalid_request|context_length|INVALID_ARGUMENT|\b400\b/i.test(text)) return 400;
  return 500;
}

/** What a provider package throws by itself, without the wire having failed. */
function packageError(thrown: unknown, call: CallContext): FlotillaError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === "AI_LoadAPIKeyError") {
    const message = `${call.model} needs an API key.`;
    const remedy = `Set ${call.keyName}, then run again.`;
    return new FlotillaError("credentials_missing", message, { remedy, cause: error });
  }
  if (isUnreadable(error)) return brokenStream(error.message, call, error);
  if (error.name.startsWith("AI_")) {
    const message = `${call.model} cannot take this request: ${error.message}`;
    return new FlotillaError("model_rejected", message, { cause: error });
  }
  const message = `The call of ${call.model} failed: ${error.message}`;
  return new FlotillaError("internal", message, { cause: error });
}

/** What Anthropic's package says of a first event that it cannot read. */
const unreadableFirstEvent = "Expected a normalized Anthropic stream error";

function isUnreadable(error: Error): boolean {
  return (
    /^AI_(JSONParse|TypeValidation|InvalidResponseData|EmptyResponseBody|NoContentGenerated)Error$/.test(
      error.name,
    ) || error.message === unreadableFirstEvent
  );
}

function describe(error: Error): string {
  const { type, code, statusCode } = error as {
    type?: unknown;
    code?: unknown;
    statusCode?: unknown;
  };
  return JSON.stringify({ message: error.message, type, code, statusCode });
}

/** The provider's own message in its error body, or the start of the body. */
function saidIn(body: string): string {
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(body)?.[1];
  return excerpt(message ? (JSON.parse(message) as string) : body || "(no body)");
}

/** The start of a text on one line; of a page, what it shows. */
function excerpt(text: string): string {
  const shown = /^\s*<(!doctype|html)/i.test(text) ? text.replace(/<[^>]*>/g, " ") : text;
  const line = shown.replace(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
