import { FlotillaError, toFlotillaError } from "@flotilla/core";
import type { ApartError } from "./message.ts";

/** An error on its way to the other process. */
export function packError(thrown: unknown): ApartError {
  const error = toFlotillaError(thrown, "tool_failed");
  const { retryAfterMs } = error;
  return { ...error.toRecord(), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** The same error on the other side. */
export function unpackError(packed: ApartError): FlotillaError {
  const { code, message, class: kind, remedy, details, retryAfterMs } = packed;
  return new FlotillaError(code, message, {
    transient: kind === "transient",
    remedy,
    ...(details && { details }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
