import { z } from "zod";
import type { LimitSignal } from "./capacity.ts";
import { jsonObjectSchema, type JsonObject } from "./json.ts";
import type { Usage } from "./usage.ts";

/**
 * Every error the domain raises, with what to do about it when the thrower has
 * nothing more specific to say. The server maps codes to HTTP statuses in one table.
 */
export const errorRemedies = {
  // Requests
  invalid_request: "Correct the named fields and send the request again.",
  not_found: "Check the id or name; list the resource to see what exists.",
  precondition: "Read it again, and decide whether the change still holds.",
  conflict: "Read the current state, then decide again.",
  too_large: "Send less, or split it.",
  unauthenticated:
    "Sign in (`flotilla login`), or send an API key: `Authorization: Bearer flo_…`, on the command line FLOTILLA_API_KEY.",
  forbidden: "Ask an owner or admin of the organisation for the permission.",
  rate_limited: "Wait as long as the answer's Retry-After says, then go on more slowly.",
  illegal_transition: "Read the current status; only the listed next statuses are possible.",
  // Configuration
  config_invalid: "Correct the named settings and start again.",
  unknown_model: "Name a model as provider/model, with a provider that is configured.",
  unknown_tool: "Use a tool from the list of registered tools.",
  credentials_missing: "Set the provider's API key and run again.",
  // Model calls
  model_rate_limited:
    "The run waits and retries by itself; lower the concurrency if it happens often.",
  model_quota_exhausted: "Raise the quota or the balance at the provider, then retry the run.",
  model_overloaded: "The run retries by itself; choose another model if it persists.",
  model_unavailable: "The run retries by itself; check the provider's status if it persists.",
  model_timeout:
    "The run retries by itself; raise the timeout if the model is this slow by nature.",
  model_stream_broken: "The run restarts the model call by itself.",
  model_refused: "Change the instructions or the input; the provider refused this content.",
  model_rejected: "Correct the request; the provider does not accept it.",
  model_output_truncated: "Raise maxOutputTokens, or ask for less.",
  model_output_invalid:
    "The model did not produce output of the agent's schema; simplify the schema or use a stronger model.",
  capacity_never:
    "Raise the limit in the configuration if the provider allows more, or shorten the input.",
  limit_budget: "Raise the budget, or wait for its next period; the run then goes on by itself.",
  route_exhausted:
    "Check the targets of the route; `flotilla routes` says what is wrong with each.",
  context_overflow: "Shorten the input, or use a model with a larger context.",
  // Tool calls
  tool_input_invalid: "The model is told and tries again.",
  tool_failed: "See the tool's message.",
  tool_timeout: "Raise the tool's timeout if it is this slow by nature.",
  tool_forbidden: "Change the tool's settings if this access is meant to be allowed.",
  tool_rejected: "Nothing to do: a person did not want the call; the model is told why.",
  tool_unavailable:
    "The tool failed again and again and is left alone for a while; see what it says.",
  tool_gave_up: "Repair the tool or the agent's instructions, then retry the run.",
  effect_blocked: "Allow effects for the fork if this call is meant to be made.",
  effect_unknown: "Find out whether the call took effect, then mark it done, redo it, or fail it.",
  // Plans and teams
  plan_invalid: "Correct the named steps of the plan.",
  plan_failed: "See which step failed, edit the plan, then retry the run.",
  check_failed: "See what the checks found; change the checks or the instructions.",
  child_failed: "See the run of the other agent; retry it, then this one.",
  // Limits
  limit_steps:
    "Raise limits.maxSteps of the agent and start a new run; this one keeps its version.",
  limit_tokens:
    "Raise limits.maxTokens of the agent and start a new run; this one keeps its version.",
  limit_cost:
    "Raise limits.maxCostUsd of the agent and start a new run; this one keeps its version.",
  limit_wall_time:
    "Raise limits.maxWallSeconds of the agent and start a new run; this one keeps its version.",
  limit_team: "Raise team.maxDepth or team.maxChildren of the agent.",
  // Runtime
  worker_killed: "The call ended its worker each time; repair the tool, then retry the run.",
  fenced: "Nothing to do: another worker owns the run now.",
  cancelled: "Nothing to do: a person or the system cancelled it.",
  row_invalid: "Correct the row in the input file and run it again.",
  unavailable: "Try again in a moment.",
  internal: "Report it with the request id; the log has the cause.",
} as const;

export type ErrorCode = keyof typeof errorRemedies;

export const errorCodes = Object.keys(errorRemedies) as [ErrorCode, ...ErrorCode[]];

/** An error as it is journaled and sent: a code, a message for people, and its class. */
export const errorRecordSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  /** Transient errors are retried by the engine; permanent ones are not. */
  class: z.enum(["transient", "permanent"]),
  remedy: z.string(),
  details: jsonObjectSchema.optional(),
});

export type ErrorRecord = z.infer<typeof errorRecordSchema>;

export interface ErrorOptions {
  /** Default: permanent. */
  transient?: boolean;
  /** What the reader can do; default: the code's own remedy. */
  remedy?: string;
  /** How long the other side asked to wait, in milliseconds. */
  retryAfterMs?: number;
  /** What the refusal says about the provider's limits. */
  limits?: LimitSignal;
  details?: JsonObject;
  /** What a failed model call will be billed for; not part of the record. */
  usage?: Usage;
  /** Whether `usage` is estimated, not counted by the provider. Default: false. */
  usageEstimated?: boolean;
  cause?: unknown;
}

/** The one error class of the domain. It knows no HTTP. */
export class FlotillaError extends Error {
  readonly code: ErrorCode;
  readonly transient: boolean;
  readonly remedy: string;
  readonly retryAfterMs: number | undefined;
  readonly limits: LimitSignal | undefined;
  readonly details: JsonObject | undefined;
  readonly usage: Usage | undefined;
  readonly usageEstimated: boolean;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "FlotillaError";
    this.code = code;
    this.transient = options.transient ?? false;
    this.remedy = options.remedy ?? errorRemedies[code];
    this.retryAfterMs = options.retryAfterMs;
    this.limits = options.limits;
    this.details = options.details;
    this.usage = options.usage;
    this.usageEstimated = options.usageEstimated ?? false;
  }

  /** The same error, with what the model call that it ended will be billed for. */
  withUsage(usage: Usage, usageEstimated: boolean): FlotillaError {
    const { transient, remedy, retryAfterMs, limits, details, cause = this } = this;
    return new FlotillaError(this.code, this.message, {
      transient,
      remedy,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(limits && { limits }),
      ...(details && { details }),
      usage,
      usageEstimated,
      cause,
    });
  }

  /** The same error, with nothing to be billed for it: that is in the books already. */
  withoutUsage(): FlotillaError {
    if (!this.usage) return this;
    const { code, message, transient, remedy, retryAfterMs, details } = this;
    return new FlotillaError(code, message, {
      transient,
      remedy,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(details && { details }),
      cause: this,
    });
  }

  toRecord(): ErrorRecord {
    return {
      code: this.code,
      message: this.message,
      class: this.transient ? "transient" : "permanent",
      remedy: this.remedy,
      ...(this.details && { details: this.details }),
    };
  }
}

/** Any thrown value as a FlotillaError; what is not one becomes `code` (default `internal`). */
export function toFlotillaError(thrown: unknown, code: ErrorCode = "internal"): FlotillaError {
  if (thrown instanceof FlotillaError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new FlotillaError(code, message || "unknown error", { cause: thrown });
}
