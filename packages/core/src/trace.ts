import { z } from "zod";
import { idDigits } from "./id.ts";

/** The trace that a run or request belongs to, as W3C Trace Context writes it. */
export const traceIdSchema = z.string().regex(/^(?!0{32})[0-9a-f]{32}$/, "not a trace id");

/** One request of a trace, as it is handed on. */
export interface TraceParent {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/**
 * Reads a `traceparent` header (W3C Trace Context, level 2). Undefined where it is not one; later versions
 * may append fields.
 */
export function parseTraceParent(header: string | undefined): TraceParent | undefined {
  const match =
    /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(
      header?.trim() ?? "",
    );
  if (!match) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", more] = match;
  if (version === "00" && more !== undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceParent({ traceId, spanId, sampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

/** The header of a new request within the trace. `random`: uniform in [0, 1). */
export function childTraceParent(traceId: string, random: () => number): string {
  return formatTraceParent({ traceId, spanId: newSpanId(random), sampled: true });
}

export function newTraceId(random: () => number): string {
  return newSpanId(random) + newSpanId(random);
}

function newSpanId(random: () => number): string {
  // Never all zeros, which would be none.
  return hex(Math.floor(random() * 2 ** 32) | 1) + hex(Math.floor(random() * 2 ** 32));
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/**
 * The trace of a run that came without one: the 128 bits of its id, so that every process knows it
 * and nothing has to be kept.
 */
export function runTraceId(runId: string): string {
  let bits = 0n;
  for (const letter of runId.slice(-26)) {
    bits = bits * 32n + BigInt(Math.max(0, idDigits.indexOf(letter)));
  }
  const trace = BigInt.asUintN(128, bits).toString(16).padStart(32, "0");
  return traceIdSchema.safeParse(trace).success ? trace : `${"0".repeat(31)}1`;
}
