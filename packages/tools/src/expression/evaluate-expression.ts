import { FlotillaError, type Json } from "@flotilla/core";
import { openThreads, type Threads } from "../thread/open-threads.ts";
import { ThreadError } from "../thread/thread-error.ts";
import type { ExpressionLimits, ExpressionWork } from "./compute-expression.ts";
import type { FixedSources } from "./fixed-sources.ts";

export interface EvaluateExpression extends Partial<ExpressionLimits> {
  /** What the expression sees as `input`. Default: null. */
  input?: Json;
  /** Given, the same input has the same value, whenever and wherever; the time zone is UTC then. */
  fixed?: FixedSources;
  signal?: AbortSignal;
}

const defaults: ExpressionLimits = {
  timeMs: 1_000,
  memoryBytes: 64 * 2 ** 20,
  stackBytes: 256 * 2 ** 10,
  resultBytes: 2 ** 20,
};
/** For a step of the language that takes long by itself, and for a thread to start. */
const graceMs = 2_000;

let threads: Threads<ExpressionWork, Json> | undefined;

/**
 * The value of a JavaScript expression over JSON: `input.items.filter((item) => item.price > 10)`. Statements are taken
 * too, whose last value it is, and a promise that settles without waiting for the outside. There is nothing in its
 * world but the language: nothing to wait for, no files, no network, no modules. `undefined` is `null`.
 * It is computed in a thread of its own, which is ended when it does not stop.
 * Throws `tool_failed` with what the expression threw, or which limit it reached; and the signal's reason.
 */
export async function evaluateExpression(
  expression: string,
  options: EvaluateExpression = {},
): Promise<Json> {
  const { input = null, fixed, signal = new AbortController().signal, ...given } = options;
  const limits = { ...defaults, ...given };
  threads ??= openThreads({
    script: new URL("./expression-thread.ts", import.meta.url),
    name: "expression",
    most: 2,
    memoryBytes: 64 * 2 ** 20,
  });
  try {
    const work = { expression, input, fixed, limits };
    return await threads.run(work, { timeoutMs: limits.timeMs + graceMs, signal });
  } catch (thrown) {
    if (!(thrown instanceof ThreadError)) throw thrown;
    const problem = problemOf(thrown, limits);
    throw new FlotillaError("tool_failed", `The expression has no value. ${problem}`, {
      remedy: "Correct the expression; it sees the input as `input`, and nothing else.",
      cause: thrown,
    });
  }
}

function problemOf({ how, message }: ThreadError, { timeMs }: ExpressionLimits): string {
  if (how === "time") return `It computed for more than ${timeMs} ms.`;
  if (how === "memory") return "It needs more memory than it may have.";
  return message;
}
