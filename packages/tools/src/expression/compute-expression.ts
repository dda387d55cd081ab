import type { Json } from "@flotilla/core";
import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSSyncVariant,
  QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { fixNondeterminism, type FixedSources } from "./fixed-sources.ts";

const pageBytes = 65_536;
/** What the engine itself begins with. */
const initialPages = 256;

export interface ExpressionLimits {
  /** Of computing. Default: 1 s. */
  timeMs: number;
  /** Of the engine with all that it holds, 17 MiB at least. Default: 64 MiB. */
  memoryBytes: number;
  /** Default: 256 KiB. */
  stackBytes: number;
  /** Of the result, as JSON. Default: 1 MiB. */
  resultBytes: number;
}

/** An expression on its way to the thread that computes it; see `evaluateExpression`. */
export interface ExpressionWork {
  expression: string;
  input: Json;
  fixed: FixedSources | undefined;
  limits: ExpressionLimits;
}

/**
 * Another engine, in WebAssembly: nothing of this process is in it. Its memory is one array that cannot grow past its
 * end, which holds whatever the engine counts.
 */
let engine: { module: QuickJSWASMModule; memoryBytes: number } | undefined;

async function engineWith(memoryBytes: number): Promise<QuickJSWASMModule> {
  if (engine?.memoryBytes === memoryBytes) return engine.module;
  const [{ newQuickJSWASMModuleFromVariant, newVariant }, { default: imported }] =
    await Promise.all([
      import("quickjs-emscripten-core"),
      import("@jitl/quickjs-wasmfile-release-sync"),
    ]);
  // Its types are those of its CommonJS form.
  const variant = imported as unknown as QuickJSSyncVariant;
  const maximum = Math.max(initialPages + 1, Math.ceil(memoryBytes / pageBytes));
  const wasmMemory = new WebAssembly.Memory({ initial: initialPages, maximum });
  const module = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
  engine = { module, memoryBytes };
  return module;
}

/**
 * Computes in this thread. The time is looked at between steps of the language, so a single step can go on for longer.
 * Throws an Error that says what it threw, or which limit it reached.
 */
export async function computeExpression({
  expression,
  input,
  fixed,
  limits,
}: ExpressionWork): Promise<Json> {
  const module = await engineWith(limits.memoryBytes);
  const runtime = module.newRuntime();
  runtime.setMaxStackSize(limits.stackBytes);
  const deadline = performance.now() + limits.timeMs;
  let isLate = false;
  runtime.setInterruptHandler(() => (isLate = performance.now() > deadline));
  try {
    using context = runtime.newContext();
    if (fixed) fixNondeterminism(context, fixed);
    const text = valueText(context, expression, input);
    if (Buffer.byteLength(text) <= limits.resultBytes) return JSON.parse(text) as Json;
    throw new Error(`Its result has more than ${limits.resultBytes} bytes.`);
  } catch (thrown) {
    if (!isLate) throw thrown;
    throw new Error(`It computed for more than ${limits.timeMs} ms.`, { cause: thrown });
  } finally {
    dispose(runtime);
  }
}

/** One that was stopped in the middle cannot always be taken apart; the next expression has a new engine. */
function dispose(runtime: { dispose(): void }): void {
  try {
    runtime.dispose();
  } catch {
    engine = undefined;
  }
}

function valueText(context: QuickJSContext, expression: string, input: Json): string {
  const json = context.getProp(context.global, "JSON");
  const parse = context.getProp(json, "parse");
  const stringify = context.getProp(json, "stringify");
  try {
    using text = context.newString(JSON.stringify(input));
    using value = take(context, context.callFunction(parse, context.undefined, text));
    context.setProp(context.global, "input", value);
    using result = evaluate(context, expression);
    using settled = settle(context, result);
    using written = take(context, context.callFunction(stringify, context.undefined, settled));
    const form = context.typeof(written);
    if (form === "string") return context.getString(written);
    if (context.typeof(settled) === "undefined") return "null";
    throw new Error(`Its result is a ${context.typeof(settled)}, which JSON has no form for.`);
  } finally {
    for (const handle of [stringify, parse, json]) handle.dispose();
  }
}

/** As an expression first, so that `{ a: 1 }` is an object; what is none may still be statements. */
function evaluate(context: QuickJSContext, expression: string): QuickJSHandle {
  const file = "expression.js";
  const asExpression = context.evalCode(`(${expression}\n)`, file);
  if (!asExpression.error) return asExpression.value;
  const name = nameOf(context, asExpression.error);
  if (name !== "SyntaxError") return take(context, asExpression);
  asExpression.error.dispose();
  return take(context, context.evalCode(expression, file));
}

function settle(context: QuickJSContext, result: QuickJSHandle): QuickJSHandle {
  const jobs = context.runtime.executePendingJobs();
  if (jobs.error) {
    using error = jobs.error;
    throw describe(context, error);
  }
  const state = context.getPromiseState(result);
  if (state.type === "fulfilled") return state.notAPromise ? result.dup() : state.value;
  if (state.type === "pending") throw new Error("Its result is a promise that nothing settles.");
  using error = state.error;
  throw describe(context, error);
}

type Outcome = ReturnType<QuickJSContext["evalCode"]>;

function take(context: QuickJSContext, outcome: Outcome): QuickJSHandle {
  if (!outcome.error) return outcome.value;
  using error = outcome.error;
  throw describe(context, error);
}

function nameOf(context: QuickJSContext, error: QuickJSHandle): unknown {
  using name = context.getProp(error, "name");
  return context.dump(name);
}

function describe(context: QuickJSContext, error: QuickJSHandle): Error {
  const thrown: unknown = context.dump(error);
  if (typeof thrown !== "object" || thrown === null)
    return new Error(`It threw ${String(thrown)}.`);
  const { name, message } = thrown as { name?: unknown; message?: unknown };
  if (message === "out of memory") return new Error("It needs more memory than it may have.");
  return new Error(`${textOf(name, "Error")}: ${textOf(message, "without a message")}`);
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}
