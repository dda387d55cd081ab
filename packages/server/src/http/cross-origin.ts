import { cors } from "hono/cors";

/**
 * Lets pages of these origins use the API with a key. Cookies are not theirs: an answer to a request with
 * cookies is not shown to them.
 */
export function crossOrigin(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      "authorization",
      "content-type",
      "flotilla-environment",
      "flotilla-organisation",
      "idempotency-key",
      "if-match",
      "if-none-match",
      "last-event-id",
      "x-request-id",
    ],
    exposeHeaders: [
      "etag",
      "idempotent-replayed",
      "ratelimit",
      "ratelimit-policy",
      "retry-after",
      "x-request-id",
    ],
    maxAge: 600,
  });
}
