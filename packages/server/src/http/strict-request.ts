import { FlotillaError } from "@flotilla/core";
import { z, type RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { HTTPException } from "hono/http-exception";
import type { ServerEnv } from "../app-parts.ts";
import { nearestName } from "../nearest-name.ts";
import { checkJson } from "./check-json.ts";
import { jsonAnswerOf } from "./json-answer.ts";
import { refusal } from "./refusal.ts";

/**
 * Refuses what a route has not said it takes: a query parameter that it does not know or that is given
 * twice, a body of another content type or where it takes none, and JSON that hides something. What a
 * caller has misspelt must not be ignored as if it had been heeded.
 */
export function strictRequest(route: RouteConfig): MiddlewareHandler<ServerEnv> {
  const { query } = route.request ?? {};
  const presented = route.method === "get" && jsonAnswerOf(route) ? ["fields"] : [];
  const own = query instanceof z.ZodObject ? Object.keys(query.shape) : [];
  // What is no plain object cannot be asked for its names.
  const known = query && !(query instanceof z.ZodObject) ? null : [...own, ...presented];
  const types = Object.keys(route.request?.body?.content ?? {});
  return async (c, next) => {
    checkQuery(new URL(c.req.url).searchParams, known);
    if (hasBody(c)) await checkBody(c, types);
    await next();
  };
}

function checkQuery(given: URLSearchParams, known: readonly string[] | null): void {
  const seen = new Set<string>();
  for (const name of given.keys()) {
    if (seen.has(name)) {
      throw new FlotillaError("invalid_request", `The query has ${quoted(name)} twice.`, {
        remedy: "Give each parameter once.",
      });
    }
    seen.add(name);
    if (known === null || known.includes(name)) continue;
    const meant = nearestName(name, known);
    const takes = known.length > 0 ? `It takes ${known.join(", ")}.` : "It takes none.";
    throw new FlotillaError(
      "invalid_request",
      `There is no query parameter ${quoted(name)} here.`,
      {
        remedy: meant ? `Is it "${meant}"? ${takes}` : takes,
      },
    );
  }
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

/** Of a request that came over the wire the headers tell; others have a body or have none. */
function hasBody({ req, env }: Context<ServerEnv>): boolean {
  if (!env?.incoming) return req.raw.body !== null;
  const length = req.header("content-length");
  return req.header("transfer-encoding") !== undefined || (length !== undefined && length !== "0");
}

async function checkBody(c: Context<ServerEnv>, types: string[]): Promise<void> {
  const [type = "", ...parameters] = (c.req.header("content-type") ?? "").split(";");
  const mediaType = type.trim().toLowerCase();
  const isUtf8 = parameters.every((one) => !/^\s*charset=(?!"?utf-?8"?\s*$)/i.test(one));
  if (!types.includes(mediaType) || !isUtf8) throw wrongType(mediaType, types, isUtf8);
  if (mediaType === "application/json") checkJson(await c.req.arrayBuffer());
}

function wrongType(mediaType: string, types: string[], isUtf8: boolean): HTTPException {
  const message =
    types.length === 0
      ? "This request takes no body."
      : !isUtf8
        ? "The body is in another encoding than UTF-8."
        : mediaType === ""
          ? "The body has no content type."
          : `This request takes no ${quoted(mediaType)}.`;
  const remedy =
    types.length === 0
      ? "Send it without a body."
      : `Send the body as ${types.join(" or ")}, in UTF-8.`;
  return refusal(415, message, remedy);
}
