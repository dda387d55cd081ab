import { finishReasonSchema } from "@flotilla/core";
import { z } from "zod";

/** Deltas sent before it happens; without it half of them. */
const after = z.coerce.number().int().nonnegative().optional();
/** Happens in the middle of the first call's arguments, where the answer has a call. */
const within = z.literal("arguments").optional();
/** How often it happens to the same request, after which the answer is whole. Default: always. */
const times = z.coerce.number().int().positive().optional();
const flag = z.union([z.boolean(), z.stringbool()]).optional();
const everyMs = z.coerce.number().positive().default(50);

/** In place of an answer; see `fail-instead.ts`. */
const insteadSchemas = [
  /** An error status, in the format's own error body. */
  z.strictObject({
    kind: z.literal("http"),
    status: z.coerce.number().int().min(400).max(599),
    /** The provider's code: `insufficient_quota`, `overloaded_error`, `context_length_exceeded`. */
    code: z.string().optional(),
    message: z.string().optional(),
    /** The header as it is sent: seconds or an HTTP date. */
    retryAfter: z.coerce.string().optional(),
    /** The header as an HTTP date, this many seconds from the server's own time. */
    retryAfterDate: z.coerce.number().optional(),
    /** Seconds, told in the body only, as Google does. */
    retryDelay: z.coerce.number().nonnegative().optional(),
    /** Seconds by which the server's clock is ahead. */
    clockSkew: z.coerce.number().optional(),
    /** The body is a proxy's page. */
    page: flag,
    /** The body never ends. */
    hangs: flag,
    times,
  }),
  /** The connection is accepted and no header ever comes. */
  z.strictObject({ kind: z.literal("header_hang"), times }),
  /** A proxy's page with status 200. */
  z.strictObject({ kind: z.literal("html"), times }),
  z.strictObject({ kind: z.literal("empty"), times }),
] as const;

/** On the wire, while the answer is sent; see `plan-stream.ts`. */
const streamSchemas = [
  /** The stream goes silent and stays open. */
  z.strictObject({ kind: z.literal("stall"), after, within, times }),
  /** Only keep-alives follow, for ever. */
  z.strictObject({ kind: z.literal("keep_alive"), after, everyMs, times }),
  /** A clean end of the body in the middle of the answer. */
  z.strictObject({ kind: z.literal("eof"), after, within, times }),
  /** The connection is reset in the middle of the answer. */
  z.strictObject({ kind: z.literal("reset"), after, within, times }),
  /** All of the answer, only the format's last event is missing. */
  z.strictObject({ kind: z.literal("no_terminal"), times }),
  /** All of the answer, and then the connection stays open. */
  z.strictObject({ kind: z.literal("open_socket"), times }),
  /** All of the answer, and then the connection is reset. */
  z.strictObject({ kind: z.literal("late_reset"), times }),
  /** One event whose JSON is cut, in an otherwise whole stream; with `after` 0 the very first. */
  z.strictObject({ kind: z.literal("malformed"), after, times }),
  /** An error event of the format, with status 200; with `after` 0 the very first event. */
  z.strictObject({
    kind: z.literal("error_event"),
    code: z.string().default("server_error"),
    message: z.string().default("The server had an error while processing your request."),
    after,
    times,
  }),
  /** The bytes arrive cut in the middle of characters. */
  z.strictObject({ kind: z.literal("fragments"), times }),
  /** Lines end with CRLF. */
  z.strictObject({ kind: z.literal("crlf"), times }),
  /** The same piece of the answer again and again, for ever. */
  z.strictObject({ kind: z.literal("endless"), everyMs: everyMs.default(5), times }),
  /** The same piece until there are so many bytes, then a clean end. */
  z.strictObject({
    kind: z.literal("oversized"),
    bytes: z.coerce
      .number()
      .int()
      .positive()
      .default(20 * 1024 * 1024),
    times,
  }),
  /** Token counts that cannot be. */
  z.strictObject({
    kind: z.literal("usage"),
    counts: z.enum(["negative", "huge", "text", "missing"]),
    times,
  }),
] as const;

/** In what is answered, in an otherwise clean stream; see `faulty-reply.ts`. */
const replySchemas = [
  /** Calls whose arguments are cut. */
  z.strictObject({
    kind: z.literal("bad_arguments"),
    finish: finishReasonSchema.optional(),
    times,
  }),
  /** Another reason to finish than the answer has. */
  z.strictObject({ kind: z.literal("finish"), finish: finishReasonSchema, times }),
  /** Ids of calls: all the same, none, or those of the calls before. */
  z.strictObject({
    kind: z.literal("call_ids"),
    ids: z.enum(["duplicate", "missing", "reused"]),
    times,
  }),
  /** Calls of a tool that was not on offer. */
  z.strictObject({
    kind: z.literal("unknown_tool"),
    tool: z.string().min(1).default("no_such_tool"),
    times,
  }),
  /** The model refuses, by the format's own means. */
  z.strictObject({
    kind: z.literal("refusal"),
    message: z.string().min(1).default("I can’t help with that."),
    times,
  }),
] as const;

/** What can go wrong with an answer. */
export const faultSchema = z.discriminatedUnion("kind", [
  ...insteadSchemas,
  ...streamSchemas,
  ...replySchemas,
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
