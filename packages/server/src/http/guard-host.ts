import { FlotillaError } from "@flotilla/core";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { AppParts, ServerEnv } from "../app-parts.ts";
import { isLoopback } from "./loopback.ts";

/**
 * Refuses requests that a web page elsewhere made the browser send: by a name of its own that
 * resolves to this machine (DNS rebinding; the Host header tells), or across origins (the Origin
 * header tells), unless it is of an origin that may.
 */
export function guardHost({
  allowedHosts = [],
  corsOrigins = [],
}: Pick<AppParts, "allowedHosts" | "corsOrigins">) {
  const allowed = (host: string) => isLoopback(host) || allowedHosts.includes(host);
  return createMiddleware<ServerEnv>(async (c, next) => {
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    const name = hostname(`http://${host}`);
    if (name === undefined || !allowed(name)) {
      throw forbidden(`This server is not known by the name ${JSON.stringify(host)}.`);
    }
    const origin = c.req.header("origin");
    if (origin !== undefined && !corsOrigins.includes(origin)) {
      const from = hostname(origin);
      if (from === undefined || !allowed(from)) {
        throw forbidden(`Pages of ${JSON.stringify(origin)} may not use this server.`);
      }
    }
    await next();
  });
}

function hostname(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function forbidden(message: string): HTTPException {
  const remedy =
    "Open it as http://127.0.0.1 or http://localhost, with its port, or add the name to allowedHosts.";
  return new HTTPException(403, {
    cause: new FlotillaError("invalid_request", message, { remedy }),
  });
}
