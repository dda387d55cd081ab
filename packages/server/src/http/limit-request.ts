import { FlotillaError } from "@flotilla/core";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { ServerEnv } from "../app-parts.ts";

const longestUrl = 8_192;
const largestBody = 8 * 1024 * 1024;

const limitBody = bodyLimit({
  maxSize: largestBody,
  onError: () => {
    throw new FlotillaError("too_large", "The request's body is larger than 8 MiB.", {
      remedy: "Send less; rows of a batch can be uploaded in any number to its /rows.",
    });
  },
});

/**
 * Bounds what a request may make the server hold: the length of its URL and the size of a JSON body;
 * `strictRequest` looks into it. Bodies of other types are left to the route that streams them.
 */
export const limitRequest = createMiddleware<ServerEnv>(async (c, next) => {
  if (c.req.url.length > longestUrl) {
    const cause = new FlotillaError(
      "too_large",
      `The URL is longer than ${longestUrl} characters.`,
    );
    throw new HTTPException(414, { cause });
  }
  return hasJson(c) ? limitBody(c, next) : next();
});

function hasJson({ req }: Context): boolean {
  if (req.method === "GET" || req.method === "HEAD") return false;
  if (req.header("content-length") === "0" || req.raw.body === null) return false;
  return /^application\/([\w.-]+\+)?json\b/i.test(req.header("content-type") ?? "");
}
