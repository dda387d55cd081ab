import { z } from "zod";
import { errorCodes, FlotillaError } from "@flotilla/core";

/** Every error answer: RFC 9457 problem details (`application/problem+json`). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(errorCodes),
  /** What the caller can do about it. */
  remedy: z.string(),
  requestId: z.string(),
  /** Of sign-in: a finer code, as `INVALID_CODE` or `TOTP_ALREADY_ENABLED`. */
  reason: z.string().optional(),
  /** The fields that are wrong, one by one. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The error that a problem stands for, as the client throws it. */
export function toProblemError(problem: Problem): FlotillaError {
  const { code, detail, remedy, errors, requestId, status, reason } = problem;
  const lines = (errors ?? []).map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return new FlotillaError(code, [detail, ...lines].join("\n  "), {
    remedy,
    transient: status >= 500 || status === 429,
    details: { status, requestId, ...(reason !== undefined && { reason }) },
  });
}
