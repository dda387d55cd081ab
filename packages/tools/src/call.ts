import { FlotillaError, type ErrorCode, type Json, type ToolContext } from "@flotilla/core";
import type { z } from "zod";
import { toolFetch } from "./fetch.ts";
import type { Tool, ToolCall } from "./tool.ts";

/** What a tool may throw as its own answer; other codes would claim something about the run. */
const ownCodes: readonly ErrorCode[] = [
  "tool_input_invalid",
  "tool_failed",
  "tool_timeout",
  "tool_forbidden",
];

/** One try of a tool, as `ToolPort.call` promises it. */
export async function callTool(
  tool: Tool,
  input: Json,
  context: ToolContext,
  maxResultBytes: number,
): Promise<Json> {
  const parsed = parseInput(tool, input);
  const output = await bounded(tool, context, (inner) => tool.call(parsed, inner));
  return checkOutput(tool, output, maxResultBytes);
}

/** Whom or what a call reaches, as `ToolPort.destinations` promises it. */
export function destinationsOf(tool: Tool, input: Json): string[] {
  try {
    return tool.destinations(tool.input.parse(input));
  } catch {
    return [];
  }
}

/** Asks what became of a cut-off call, as `ToolPort.reconcile` promises it. */
export async function reconcileTool(
  tool: Tool,
  input: Json,
  context: ToolContext,
  maxResultBytes: number,
): Promise<{ output: Json } | undefined> {
  const { reconcile } = tool;
  if (!reconcile) {
    throw new FlotillaError(
      "tool_failed",
      `${tool.info.name} cannot say what became of a call: its recovery is ${tool.info.recovery}.`,
    );
  }
  const parsed = parseInput(tool, input);
  const found = await bounded(tool, context, (inner) => reconcile(parsed, inner));
  return found && { output: checkOutput(tool, found.output, maxResultBytes) };
}

function parseInput(tool: Tool, input: Json): unknown {
  const parsed = attempt(tool, () => tool.input.safeParse(input));
  if (parsed.success) return parsed.data;
  throw new FlotillaError(
    "tool_input_invalid",
    `The input of ${tool.info.name} is not valid: ${describe(parsed.error)}.`,
    { remedy: `Call ${tool.info.name} again with an input of its schema.` },
  );
}

/**
 * Runs the work until it settles, the tool's time is over or the caller aborts, whichever
 * is first. In the last two cases the work's signal aborts and its outcome is ignored.
 * The timer is the process's own, not `context.clock`: it bounds real work.
 */
function bounded<T>(
  tool: Tool,
  context: ToolContext,
  work: (inner: ToolCall) => T,
): Promise<Awaited<T>> {
  const outer = context.signal;
  if (outer.aborted) return Promise.reject(cancelled(tool, outer));
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const stop = (error: FlotillaError) => {
      release();
      reject(error);
      controller.abort(error);
    };
    const onAbort = () => stop(cancelled(tool, outer));
    const timer = setTimeout(() => stop(timedOut(tool)), tool.info.timeoutMs);
    const release = () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", onAbort);
    };
    outer.addEventListener("abort", onAbort);
    run(work, narrow(context, controller.signal)).then(
      (value) => {
        release();
        resolve(value);
      },
      (thrown: unknown) => {
        release();
        reject(asToolError(tool, thrown));
      },
    );
  });
}

/** Turns a throw of a synchronous tool into a rejection. */
async function run<T>(work: (inner: ToolCall) => T, inner: ToolCall): Promise<Awaited<T>> {
  return await work(inner);
}

function narrow(context: ToolContext, signal: AbortSignal): ToolCall {
  const place: ToolCall["place"] = (request) => context.place(request);
  return {
    ...context,
    workspace: () => context.workspace(),
    artifact: (id) => context.artifact(id),
    place,
    connection: (kind, name) => context.connection(kind, name),
    fetch: toolFetch({ place, signal }),
    signal,
  };
}

/** The result as the journal will hold it, so that it is the same before and after a crash. */
function checkOutput(tool: Tool, output: unknown, maxResultBytes: number): Json {
  const parsed = attempt(tool, () => tool.output.safeParse(output));
  if (!parsed.success) throw brokenContract(tool, describe(parsed.error));
  // A schema such as z.unknown() lets values pass that JSON has no form for.
  const text = attempt(tool, () => JSON.stringify(parsed.data) as string | undefined);
  if (text === undefined) throw brokenContract(tool, "it is not JSON");
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxResultBytes) return JSON.parse(text) as Json;
  throw new FlotillaError(
    "tool_failed",
    `${tool.info.name} returned ${bytes} bytes; a result may have ${maxResultBytes}.`,
    { remedy: "Ask the tool for less: a range, a filter or fewer items." },
  );
}

function brokenContract(tool: Tool, problem: string): FlotillaError {
  return new FlotillaError(
    "tool_failed",
    `${tool.info.name} broke its own contract with its output: ${problem}.`,
    { remedy: "Correct the tool: what it returns must fit its output schema." },
  );
}

/** Schemas hold a tool's own code too, which can throw. */
function attempt<T>(tool: Tool, check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    throw asToolError(tool, thrown);
  }
}

function asToolError(tool: Tool, thrown: unknown): FlotillaError {
  const message = thrown instanceof Error && thrown.message ? thrown.message : String(thrown);
  if (!(thrown instanceof FlotillaError)) {
    return new FlotillaError("tool_failed", `${tool.info.name} failed: ${message}`, {
      cause: thrown,
    });
  }
  if (ownCodes.includes(thrown.code)) return thrown;
  return new FlotillaError("tool_failed", `${tool.info.name} failed: ${message}`, {
    transient: thrown.transient,
    remedy: thrown.remedy,
    cause: thrown,
    ...(thrown.retryAfterMs !== undefined && { retryAfterMs: thrown.retryAfterMs }),
    ...(thrown.details && { details: thrown.details }),
  });
}

/** Only an idempotent call may be tried again: any other may have taken effect before the end. */
function timedOut(tool: Tool): FlotillaError {
  const { name, timeoutMs, recovery } = tool.info;
  const safe = recovery === "idempotent";
  return new FlotillaError(
    "tool_timeout",
    `${name} did not finish within ${timeoutMs} ms${safe ? "" : "; it may have taken effect"}.`,
    { transient: safe },
  );
}

function cancelled(tool: Tool, signal: AbortSignal): FlotillaError {
  return new FlotillaError("cancelled", `The call of ${tool.info.name} was cancelled.`, {
    cause: signal.reason,
  });
}

/** Every problem with its place, in one line a model can act on. */
function describe(error: z.ZodError): string {
  return error.issues
    .map((issue) => (issue.path.length ? `${issue.path.join(".")}: ` : "") + issue.message)
    .join("; ");
}
