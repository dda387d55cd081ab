import { z } from "zod";

/** Deltas sent before it happens; without it half of them. */
const after = z.coerce.number().int().nonnegative().optional();
/** How often it happens to the same request, after which the answer is whole. Default: always. */
const times = z.coerce.number().int().positive().optional();

/**
 * What can go wrong with an answer on the wire. A new fault is a new entry here and its
 * case in `reply.ts`.
 */
export const faultSchema = z.discriminatedUnion("kind", [
  /** An error status, in the format's own error body. */
  z.strictObject({
    kind: z.literal("http"),
    status: z.coerce.number().int().min(400).max(599),
    /** The provider's code: `insufficient_quota`, `overloaded_error`, `context_length_exceeded`. */
    code: z.string().optional(),
    message: z.string().optional(),
    /** The header as it is sent: seconds or an HTTP date. */
    retryAfter: z.coerce.string().optional(),
    times,
  }),
  /** The stream goes silent and stays open. */
  z.strictObject({ kind: z.literal("stall"), after, times }),
  /** Only keep-alives follow, for ever. */
  z.strictObject({
    kind: z.literal("keep_alive"),
    after,
    everyMs: z.coerce.number().positive().default(50),
    times,
  }),
  /** A clean end of the body in the middle of the answer. */
  z.strictObject({ kind: z.literal("eof"), after, times }),
  /** All of the answer, only the format's last event is missing. */
  z.strictObject({ kind: z.literal("no_terminal"), times }),
  /** The connection is reset in the middle of the answer. */
  z.strictObject({ kind: z.literal("reset"), after, times }),
  /** One event whose JSON is cut, in an otherwise whole stream. */
  z.strictObject({ kind: z.literal("malformed"), after, times }),
  /** An error event of the format, with status 200. */
  z.strictObject({
    kind: z.literal("error_event"),
    code: z.string().default("server_error"),
    message: z.string().default("The server had an error while processing your request."),
    after,
    times,
  }),
  /** A call whose arguments are cut, in an otherwise clean stream. */
  z.strictObject({ kind: z.literal("bad_arguments"), times }),
  /** A proxy's page with status 200. */
  z.strictObject({ kind: z.literal("html"), times }),
  z.strictObject({ kind: z.literal("empty"), times }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/**
 * A model name taken apart: `demo?fault=http&status=429&times=2` is the model `demo` with
 * that fault. Throws a ZodError for a fault that does not exist.
 */
export function splitFault(name: string): { model: string; fault: Fault | undefined } {
  const mark = name.indexOf("?");
  if (mark < 0) return { model: name, fault: undefined };
  const { fault: kind, ...options } = Object.fromEntries(new URLSearchParams(name.slice(mark + 1)));
  return { model: name.slice(0, mark), fault: faultSchema.parse({ kind, ...options }) };
}
