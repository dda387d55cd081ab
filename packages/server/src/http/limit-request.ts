import { FlotillaError, jsonDepth } from "@flotilla/core";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { ServerEnv } from "../app-parts.ts";

const longestUrl = 8_192;
const largestBody = 8 * 1024 * 1024;
/** How deeply JSON from outside may nest. */
export const deepestJson = 64;

const limitBody = bodyLimit({
  maxSize: largestBody,
  onError: () => {
    throw new FlotillaError("too_large", "The request's body is larger than 8 MiB.", {
      remedy: "Send less; rows of a batch can be uploaded in any number to its /rows.",
    });
  },
});

/**
 * Bounds what a request may make the server hold: the length of its URL, and the size and depth
 * of a JSON body. Bodies of other types are left to the route that streams them.
 */
export const limitRequest = createMiddleware<ServerEnv>(async (c, next) => {
  if (c.req.url.length > longestUrl) {
    const cause = new FlotillaError(
      "too_large",
      `The URL is longer than ${longestUrl} characters.`,
    );
    throw new HTTPException(414, { cause });
  }
  if (!hasJson(c)) return next();
  return limitBody(c, async () => {
    // Hono keeps the parsed body, so the route's validator does not parse it again.
    const body: unknown = await c.req.json().catch((error: unknown) => {
      throw new FlotillaError(
        "invalid_request",
        `The body is not JSON: ${(error as Error).message}`,
      );
    });
    if (jsonDepth(body) > deepestJson) {
      throw new FlotillaError(
        "invalid_request",
        `The JSON nests deeper than ${deepestJson} levels.`,
      );
    }
    await next();
  });
});

function hasJson({ req }: Context): boolean {
  if (req.method === "GET" || req.method === "HEAD") return false;
  if (req.header("content-length") === "0" || req.raw.body === null) return false;
  return /^application\/([\w.-]+\+)?json\b/i.test(req.header("content-type") ?? "");
}
