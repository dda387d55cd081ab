import { FlotillaError } from "@flotilla/core";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A refusal of a request with a status that its error code does not tell. */
export function refusal(
  status: ContentfulStatusCode,
  message: string,
  remedy?: string,
): HTTPException {
  const cause = new FlotillaError("invalid_request", message, { ...(remedy && { remedy }) });
  return new HTTPException(status, { cause });
}
