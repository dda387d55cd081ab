import {
  FlotillaError,
  labelsSchema,
  toolReaches,
  toolRisks,
  type Json,
  type JsonObject,
  type Label,
  type ToolContext,
  type ToolInfo,
  type ToolReach,
  type ToolRecovery,
  type ToolRisk,
} from "@flotilla/core";
import type { ToolFetch } from "./fetch.ts";
import { examplesOf, termsOf, type Terms } from "./terms.ts";
import { z } from "zod";

/** Shared through the global symbol registry, so that a second copy of this package agrees. */
const brand = Symbol.for("flotilla.tool");

const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const DAY_MS = 86_400_000;

/** What a tool is given beside its input. */
export interface ToolCall extends ToolContext {
  /** `fetch` with the vault on the way out: `{ authorization: "Bearer {{credential:github}}" }`. */
  fetch: ToolFetch;
}

interface Contract<I extends z.ZodObject, O extends z.ZodType> extends Terms {
  /** What the model calls it by: lower snake case, at most 64 characters. */
  name: string;
  /** Told to the model: what it does, when to use it, what it answers. */
  description: string;
  input: I;
  output: O;
  /** What a call can do to the world outside the run. Default: `write`. */
  risk?: ToolRisk;
  /** Where a call can carry its input. Default: `own`. */
  reach?: ToolReach;
  /** What its results always are: where they come from, what they may hold. */
  emits?: readonly Label[];
  /** What the run may have read when it calls unasked; left out: everything. */
  reads?: readonly Label[];
  /** The URLs and addresses that a call reaches, as people would write them. */
  destinations?(input: z.output<I>): string[];
  /** Of the platform's own: the engine performs the calls. */
  by?: "engine";
  /** A try that takes longer is aborted, and abandoned when it ignores that. */
  timeoutMs: number;
  /** Tries of one call when it fails transiently; 1 never tries again. */
  maxAttempts: number;
  /** Calls for its documentation. Those that say `runs` are made by the contract tests. */
  examples?: { input: z.input<I>; output?: z.output<O>; runs?: boolean }[];
  /**
   * Does the work. Throw a FlotillaError to choose the code, the remedy and whether
   * trying again can help; anything else thrown fails the call for good. Stop soon after
   * `context.signal` aborts, and hand the signal to every child process and request.
   */
  call(input: z.output<I>, context: ToolCall): Promise<z.input<O>> | z.input<O>;
}

type Recovery<I extends z.ZodObject, O extends z.ZodType> =
  | {
      /** What happens to a call that was cut off: see `ToolRecovery`. */
      recovery: Exclude<ToolRecovery, "reconcile">;
      reconcile?: undefined;
    }
  | {
      recovery: "reconcile";
      /** `undefined`: the cut-off call did not take effect and may run. */
      reconcile(
        input: z.output<I>,
        context: ToolContext,
      ): Promise<{ output: z.input<O> } | undefined>;
    };

export type ToolDefinition<I extends z.ZodObject, O extends z.ZodType> = Contract<I, O> &
  Recovery<I, O>;

/** A checked definition: schemas compiled, types forgotten. */
export interface Tool {
  readonly info: ToolInfo;
  readonly input: z.ZodType;
  readonly output: z.ZodType<Json>;
  readonly destinations: (input: unknown) => string[];
  readonly call: (input: unknown, context: ToolCall) => unknown;
  readonly reconcile:
    | ((input: unknown, context: ToolCall) => Promise<{ output: unknown } | undefined>)
    | undefined;
}

/**
 * Declares a tool. Input and output are validated on every call; the model sees the
 * JSON Schema of the input. Prefer `z.strictObject` for the input: it tells a model about
 * a field that does not exist instead of ignoring it.
 * Throws `config_invalid` when the definition cannot work.
 */
export function defineTool<I extends z.ZodObject, O extends z.ZodType>(
  definition: ToolDefinition<I, O>,
): Tool {
  checkDefinition(definition);
  const { name, description, risk = "write", reach = "own", by, recovery } = definition;
  const { emits = [], reads, timeoutMs, maxAttempts } = definition;
  const { examples } = definition;
  const info: ToolInfo = {
    name,
    description,
    input: schemaOf(name, "input", definition.input),
    output: schemaOf(name, "output", definition.output),
    risk,
    reach,
    emits: [...emits],
    ...(reads && { reads: [...reads] }),
    ...(by && { by }),
    recovery,
    timeoutMs,
    maxAttempts,
    ...of(name, () => termsOf({ ...definition, risk })),
    ...(examples && { examples: of(name, () => examplesOf(examples, definition)) }),
  };
  return brandTool({
    info,
    input: definition.input,
    output: definition.output as z.ZodType as z.ZodType<Json>,
    destinations: (input) => definition.destinations?.(input as z.output<I>) ?? [],
    call: (input, context) => definition.call(input as z.output<I>, context),
    reconcile:
      definition.recovery === "reconcile"
        ? (input, context) => definition.reconcile(input as z.output<I>, context)
        : undefined,
  });
}

/** Makes it a tool that every copy of this package knows as one. */
export function brandTool(tool: Tool): Tool {
  return Object.assign(tool, { [brand]: true });
}

export function isTool(value: unknown): value is Tool {
  return typeof value === "object" && value !== null && brand in value;
}

/** Tool files are plain JavaScript to us, so what the types promise is checked again. */
function checkDefinition(definition: ToolDefinition<z.ZodObject, z.ZodType>): void {
  const { name, description, risk = "write", recovery, timeoutMs, maxAttempts } = definition;
  if (typeof name !== "string" || !NAME.test(name)) {
    throw invalid(
      JSON.stringify(name),
      "its name must be lower snake case, at most 64 characters, and start with a letter",
    );
  }
  if (typeof description !== "string" || description.trim() === "") {
    throw invalid(name, "it needs a description; the model chooses tools by it");
  }
  if (typeof definition.call !== "function") throw invalid(name, "it needs a call function");
  if (!["idempotent", "reconcile", "unknown"].includes(recovery)) {
    throw invalid(name, "its recovery must be idempotent, reconcile or unknown");
  }
  if (!toolRisks.includes(risk)) {
    throw invalid(name, `its risk must be one of ${toolRisks.join(", ")}`);
  }
  const { reach = "own", emits = [], reads = [] } = definition;
  if (!toolReaches.includes(reach)) {
    throw invalid(name, `its reach must be one of ${toolReaches.join(", ")}`);
  }
  const unfit = labelsSchema.safeParse([...emits, ...reads]).error;
  if (unfit) throw invalid(name, `of its labels, ${unfit.issues[0]?.message ?? "one is none"}`);
  if (recovery === "reconcile" && typeof definition.reconcile !== "function") {
    throw invalid(name, "its recovery is reconcile, so it needs a reconcile function");
  }
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > DAY_MS) {
    throw invalid(name, `its timeoutMs must be a whole number from 1 to ${DAY_MS}`);
  }
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > 20) {
    throw invalid(name, "its maxAttempts must be a whole number from 1 to 20");
  }
}

/** What a part of the definition was found to be; its problem is told with the tool's name. */
function of<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw invalid(name, error instanceof Error ? error.message : String(error));
  }
}

function schemaOf(name: string, side: "input" | "output", schema: z.ZodType): JsonObject {
  let json: JsonObject;
  try {
    const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: side });
    json = rest as JsonObject;
  } catch (error) {
    throw invalid(name, `its ${side} is not a zod schema with a JSON form: ${String(error)}`);
  }
  if (side === "input" && json.type !== "object") {
    throw invalid(name, "its input must be a zod object; models pass named arguments");
  }
  return json;
}

function invalid(name: string, problem: string): FlotillaError {
  return new FlotillaError("config_invalid", `Tool ${name} cannot be registered: ${problem}.`, {
    remedy: "Correct the tool's definition and start again.",
  });
}
