import type { ErrorCode, FinishReason } from "@flotilla/core";
import type { FaultInput } from "./fault.ts";

/** How a call that meets a fault ends. */
export type FaultEnd =
  | { ends: "completed"; finish: FinishReason; usageEstimated?: true }
  | {
      ends: "failed";
      code: ErrorCode;
      transient: boolean;
      /** What the provider asks to wait; undefined when it does not. */
      retryAfterMs?: number;
    };

export interface CataloguedFault {
  /** When it strikes: in place of a stream, during one, in its tool calls, or otherwise. */
  group: "before" | "during" | "tools" | "other";
  says: string;
  /** What it must strike to show: an answer in text, or one that calls tools. */
  strikes: "text" | "calls";
  fault: FaultInput;
  expected: FaultEnd;
}

const failed = (code: ErrorCode, transient: boolean, retryAfterMs?: number): FaultEnd => ({
  ends: "failed",
  code,
  transient,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const limited = (retryAfterMs?: number) => failed("model_rate_limited", true, retryAfterMs);
const broken = failed("model_stream_broken", true);
const timeout = failed("model_timeout", true);
const unavailable = failed("model_unavailable", true);
const overloaded = failed("model_overloaded", true);
const truncated = failed("model_output_truncated", false);
const answered: FaultEnd = { ends: "completed", finish: "stop" };
const called: FaultEnd = { ends: "completed", finish: "tool_calls" };
const filtered: FaultEnd = { ends: "completed", finish: "content_filter" };
const estimated: FaultEnd = { ...answered, usageEstimated: true };

function text(group: CataloguedFault["group"], says: string, fault: FaultInput, end: FaultEnd) {
  return { group, says, strikes: "text", fault, expected: end } as const;
}

function calls(says: string, fault: FaultInput, end: FaultEnd) {
  return { group: "tools", says, strikes: "calls", fault, expected: end } as const;
}

const http = (status: number, more: Partial<Extract<FaultInput, { kind: "http" }>> = {}) =>
  ({ kind: "http", status, ...more }) as const;
const end = 1_000_000;
const hours = 3_600;

/** Faults in place of a stream. */
const before = {
  "rate-limit-seconds": text(
    "before",
    "429, `retry-after: 20`",
    http(429, { retryAfter: "20" }),
    limited(20_000),
  ),
  "rate-limit-date": text(
    "before",
    "429, `retry-after` as an HTTP date in 30 s",
    http(429, { retryAfterDate: 30 }),
    limited(30_000),
  ),
  "rate-limit-hour": text(
    "before",
    "429, `retry-after: 3600`",
    http(429, { retryAfter: "3600" }),
    limited(3_600_000),
  ),
  "rate-limit-bare": text("before", "429 that says nothing of when", http(429), limited()),
  "rate-limit-body": text(
    "before",
    "429, a `retryDelay` of 7.5 s in the body only",
    http(429, { retryDelay: 7.5 }),
    limited(7_500),
  ),
  "clock-ahead": text(
    "before",
    "429, a date in 30 s by a clock 3 h ahead",
    http(429, { retryAfterDate: 30, clockSkew: 3 * hours }),
    limited(30_000),
  ),
  "clock-behind": text(
    "before",
    "429, a date in 30 s by a clock 3 h behind",
    http(429, { retryAfterDate: 30, clockSkew: -3 * hours }),
    limited(30_000),
  ),
  "quota-exhausted": text(
    "before",
    "429, `insufficient_quota`",
    http(429, { code: "insufficient_quota", message: "You exceeded your current quota." }),
    failed("model_quota_exhausted", false),
  ),
  overloaded: text(
    "before",
    "529",
    http(529, { code: "overloaded_error", message: "Overloaded" }),
    overloaded,
  ),
  "unavailable-page": text(
    "before",
    "503 with a proxy’s page",
    http(503, { page: true, message: "Service Temporarily Unavailable" }),
    overloaded,
  ),
  "failure-hangs": text(
    "before",
    "503 whose body never ends",
    http(503, { hangs: true }),
    overloaded,
  ),
  "header-hang": text("before", "no headers, ever", { kind: "header_hang" }, timeout),
  page: text("before", "200 with a proxy’s page", { kind: "html" }, unavailable),
  empty: text("before", "200 with nothing", { kind: "empty" }, unavailable),
} satisfies Record<string, CataloguedFault>;

/** Faults of a stream that has begun. */
const during = {
  stall: text("during", "silence in the middle", { kind: "stall" }, timeout),
  "keep-alives": text(
    "during",
    "only keep-alives from the middle on",
    { kind: "keep_alive" },
    timeout,
  ),
  reset: text("during", "the connection is reset in the middle", { kind: "reset" }, broken),
  "late-reset": text(
    "during",
    "the connection is reset after the last event",
    { kind: "late_reset" },
    answered,
  ),
  eof: text("during", "the body ends in the middle", { kind: "eof" }, broken),
  "eof-without-finish": text(
    "during",
    "the body ends after the text, without a reason",
    { kind: "eof", after: end },
    broken,
  ),
  "no-last-event": text(
    "during",
    "all but `[DONE]`, or what takes its place",
    { kind: "no_terminal" },
    broken,
  ),
  "open-socket": text(
    "during",
    "the connection stays open after the last event",
    { kind: "open_socket" },
    answered,
  ),
  "error-first": text(
    "during",
    "an error event before anything else",
    { kind: "error_event", after: 0 },
    broken,
  ),
  "error-midway": text("during", "an error event in the middle", { kind: "error_event" }, broken),
  "overloaded-midway": text(
    "during",
    "an overload told in the middle",
    { kind: "error_event", code: "overloaded_error", message: "Overloaded" },
    overloaded,
  ),
  "malformed-first": text(
    "during",
    "a first event that is no JSON",
    { kind: "malformed", after: 0 },
    broken,
  ),
  malformed: text(
    "during",
    "an event in the middle that is no JSON",
    { kind: "malformed" },
    broken,
  ),
  "split-characters": text(
    "during",
    "UTF-8 cut inside characters",
    { kind: "fragments" },
    answered,
  ),
  crlf: text("during", "lines that end with CRLF", { kind: "crlf" }, answered),
  endless: text("during", "output without end", { kind: "endless" }, timeout),
} satisfies Record<string, CataloguedFault>;

/** Faults of tool calls. */
const tools = {
  "call-cut-length": calls(
    "cut arguments, finish `length`",
    { kind: "bad_arguments", finish: "length" },
    truncated,
  ),
  "call-cut": calls(
    "cut arguments, finish `tool_calls`",
    { kind: "bad_arguments", finish: "tool_calls" },
    failed("model_output_invalid", true),
  ),
  "call-length": calls(
    "whole arguments, finish `length`",
    { kind: "finish", finish: "length" },
    truncated,
  ),
  "call-eof": calls(
    "the body ends inside the arguments",
    { kind: "eof", within: "arguments" },
    broken,
  ),
  "call-stall": calls(
    "silence inside the arguments",
    { kind: "stall", within: "arguments" },
    timeout,
  ),
  "call-reset": calls("a whole call, then a reset", { kind: "reset", after: end }, broken),
  "duplicate-ids": calls("calls with the same id", { kind: "call_ids", ids: "duplicate" }, called),
  "missing-ids": calls("calls without an id", { kind: "call_ids", ids: "missing" }, called),
  "reused-ids": calls(
    "calls with ids of earlier calls",
    { kind: "call_ids", ids: "reused" },
    called,
  ),
  "unknown-tool": calls("a tool that was not on offer", { kind: "unknown_tool" }, called),
  "stop-with-call": calls("finish `stop` with a call", { kind: "finish", finish: "stop" }, called),
} satisfies Record<string, CataloguedFault>;

const other = {
  "content-filter": text(
    "other",
    "the provider’s filter stops the answer",
    { kind: "finish", finish: "content_filter" },
    filtered,
  ),
  refusal: text("other", "the model refuses", { kind: "refusal" }, filtered),
  "usage-negative": text(
    "other",
    "negative token counts",
    { kind: "usage", counts: "negative" },
    estimated,
  ),
  "usage-huge": text(
    "other",
    "token counts of 1e300",
    { kind: "usage", counts: "huge" },
    estimated,
  ),
  "usage-text": text(
    "other",
    'token counts of `"NaN"`',
    { kind: "usage", counts: "text" },
    estimated,
  ),
  "usage-missing": text(
    "other",
    "no token counts",
    { kind: "usage", counts: "missing" },
    estimated,
  ),
  oversized: text("other", "20 MiB of answer", { kind: "oversized" }, truncated),
} satisfies Record<string, CataloguedFault>;

/**
 * Every fault that is known by a name: what it does on the wire, and how a call that meets it
 * ends, in each of the three formats alike. `demo?fault=<name>` chooses one.
 */
export const faultCatalogue: Readonly<Record<string, CataloguedFault>> = {
  ...before,
  ...during,
  ...tools,
  ...other,
};
