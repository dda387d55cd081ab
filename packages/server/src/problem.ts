import type { Problem } from "@flotilla/api";
import { FlotillaError, type ErrorCode, type Log, type RedactPort } from "@flotilla/core";
import { correlation } from "@flotilla/engine";
import { isUnavailable } from "@flotilla/store";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import type { ServerEnv } from "./app-parts.ts";
import { problemOf } from "./http/problem-body.ts";
import { openAiError } from "./openai/error.ts";

/** The one place where error codes become HTTP statuses. */
const statuses: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  invalid_request: 400,
  not_found: 404,
  conflict: 409,
  precondition: 412,
  too_large: 413,
  unauthenticated: 401,
  forbidden: 403,
  rate_limited: 429,
  illegal_transition: 409,
  config_invalid: 500,
  unknown_model: 422,
  unknown_tool: 422,
  credentials_missing: 409,
  model_rate_limited: 503,
  model_quota_exhausted: 502,
  model_overloaded: 503,
  model_unavailable: 502,
  model_timeout: 504,
  model_stream_broken: 502,
  model_refused: 422,
  model_rejected: 502,
  model_output_truncated: 502,
  model_output_invalid: 502,
  capacity_never: 422,
  route_exhausted: 503,
  context_overflow: 422,
  tool_input_invalid: 422,
  tool_failed: 502,
  tool_timeout: 504,
  tool_forbidden: 403,
  effect_unknown: 409,
  tool_rejected: 409,
  tool_unavailable: 503,
  tool_gave_up: 502,
  effect_blocked: 409,
  plan_invalid: 422,
  plan_failed: 502,
  check_failed: 422,
  child_failed: 502,
  limit_team: 409,
  worker_killed: 502,
  limit_steps: 409,
  limit_tokens: 409,
  limit_cost: 409,
  limit_wall_time: 409,
  limit_budget: 409,
  fenced: 409,
  cancelled: 409,
  row_invalid: 422,
  unavailable: 503,
  internal: 500,
};

interface Failure {
  error: FlotillaError;
  status: ContentfulStatusCode;
}

/**
 * Answers anything thrown with a problem, without known secrets. What nobody expected is logged, and its
 * message kept.
 */
export function answerProblem(c: Context<ServerEnv>, thrown: unknown, log: Log): Response {
  const { requestId, parts } = c.var;
  const { caller } = c.var as Partial<ServerEnv["Variables"]>;
  const problem = toProblem(thrown, requestId, parts.redact.of(caller?.organisation ?? null));
  const { status } = problem;
  if (status >= 500) {
    log.error({ err: thrown, requestId, path: c.req.path }, "a request failed");
    noteError(c, thrown, problem);
  }
  const waitMs = thrown instanceof FlotillaError ? thrown.retryAfterMs : undefined;
  if (status === 429 && waitMs !== undefined) {
    c.header("retry-after", String(Math.ceil(waitMs / 1_000)));
  }
  if (/^\/v1\/./.test(c.req.path)) {
    return c.json(openAiError(problem), status as ContentfulStatusCode);
  }
  return c.json(problem, status as ContentfulStatusCode, {
    "content-type": "application/problem+json",
  });
}

/** Anything thrown as the problem that a client is told, without known secrets. */
export function toProblem(
  thrown: unknown,
  requestId: string,
  redact: Pick<RedactPort, "json">,
): Problem {
  const { error, status } = toFailure(thrown);
  const errors = error.cause instanceof z.ZodError ? fieldErrors(error.cause) : undefined;
  const reason = error.details?.["reason"];
  return redact.json({
    ...problemOf(error, status, requestId),
    ...(errors && { errors }),
    ...(typeof reason === "string" && { reason }),
  });
}

/** What was thrown, not what the caller is told of it. */
function noteError(c: Context<ServerEnv>, thrown: unknown, { code, detail }: Problem): void {
  const { parts, caller, requestId } = c.var as Partial<ServerEnv["Variables"]>;
  const cause = thrown instanceof Error ? thrown : undefined;
  parts?.errors.take({
    source: "request",
    organisation: caller && !caller.instance ? caller.organisation : null,
    code,
    message: cause?.message || detail,
    stack: cause?.stack,
    requestId,
    traceId: correlation()?.traceId,
  });
}

function toFailure(thrown: unknown): Failure {
  if (thrown instanceof FlotillaError) return { error: thrown, status: statuses[thrown.code] };
  if (thrown instanceof HTTPException) return fromHttp(thrown);
  const error =
    databaseAway(thrown) ??
    new FlotillaError("internal", "Something went wrong inside the server.");
  return { error, status: statuses[error.code] };
}

/** What to tell when a query failed because the database is away; undefined for other errors. */
export function databaseAway(thrown: unknown): FlotillaError | undefined {
  if (!isUnavailable(thrown)) return undefined;
  return new FlotillaError("unavailable", "The database does not answer.", { transient: true });
}

/** Hono's own refusals, and ours that need a status no error code has. */
function fromHttp(thrown: HTTPException): Failure {
  const { status } = thrown;
  if (thrown.cause instanceof FlotillaError) return { error: thrown.cause, status };
  if (status === 415) {
    const remedy = "Send the content type that the API documentation names for this request.";
    const message = "The request's content type is not one that this route takes.";
    return { error: new FlotillaError("invalid_request", message, { remedy }), status };
  }
  return { error: new FlotillaError("invalid_request", thrown.message), status };
}

function fieldErrors(error: z.ZodError): NonNullable<Problem["errors"]> {
  return error.issues.slice(0, 100).map(({ path, message }) => ({
    path: path.map(String).join("."),
    message,
  }));
}

/** The status that answers have which tell of such an error. */
export function statusOf(code: ErrorCode): ContentfulStatusCode {
  return statuses[code];
}
