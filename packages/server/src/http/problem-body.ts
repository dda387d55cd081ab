import { STATUS_CODES } from "node:http";
import type { Problem } from "@flotilla/api";
import type { FlotillaError } from "@flotilla/core";

/** An error as the problem that is told (RFC 9457). */
export function problemOf(error: FlotillaError, status: number, requestId: string): Problem {
  return {
    type: `urn:flotilla:problem:${error.code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: error.message,
    code: error.code,
    remedy: error.remedy,
    requestId,
  };
}
