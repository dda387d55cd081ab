import type { Problem } from "@flotilla/api";
import { FlotillaError, type ErrorRecord } from "@flotilla/core";
import { z } from "zod";

/** An error as clients of OpenAI's API read it, with what can be done about it in the message. */
export const openAiErrorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
export type OpenAiError = z.infer<typeof openAiErrorSchema>;

/** A problem of this server in OpenAI's shape. */
export function openAiError(problem: Problem): OpenAiError {
  const { status, detail, remedy, code, errors = [] } = problem;
  const fields = errors.map(({ path, message }) => `${path || "body"}: ${message}.`);
  return {
    error: {
      message: [detail, ...fields, remedy].join(" "),
      type: typeOf(status),
      param: errors[0]?.path || null,
      code: isModel(problem) ? "model_not_found" : code,
    },
  };
}

/** What a run failed with, as the body of an answer or as the last event of a stream. */
export function openAiRunError({ code, message, remedy }: ErrorRecord, runId: string): OpenAiError {
  const text = `${message} ${remedy} (run ${runId})`;
  return { error: { message: text, type: "server_error", param: null, code } };
}

function isModel({ code, detail }: Problem): boolean {
  return code === "not_found" && /^There is no (?:agent|version)\b/.test(detail);
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** Thrown for what a request asks that an agent cannot do: it must not be ignored. */
export function unsupported(param: string, why: string): FlotillaError {
  return new FlotillaError("invalid_request", `${param}: ${why}`, {
    remedy: "Leave it out, or see docs/openai.md for what is taken.",
  });
}
