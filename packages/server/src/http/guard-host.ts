import { FlotillaError } from "@flotilla/core";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { AppParts, ServerEnv } from "../app-parts.ts";
import { isLoopback } from "./loopback.ts";
import { isOwnPage } from "./own-page.ts";

/**
 * Refuses requests that a web page elsewhere made the browser send: by a name of its own that
 * resolves to this machine (DNS rebinding; the Host header tells), or across origins (the Origin
 * header tells; another port of this machine is another origin), unless it is of an origin that may.
 */
export function guardHost({
  allowedHosts = [],
  corsOrigins = [],
  publicOrigin,
}: Pick<AppParts, "allowedHosts" | "corsOrigins" | "publicOrigin">) {
  const allowed = (host: string) => isLoopback(host) || allowedHosts.includes(host);
  return createMiddleware<ServerEnv>(async (c, next) => {
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    const name = hostname(`http://${host}`);
    if (name === undefined || !allowed(name)) {
      throw refused(
        `This server is not known by the name ${JSON.stringify(host)}.`,
        "Open it as http://127.0.0.1 or http://localhost, with its port, or add the name to allowedHosts.",
      );
    }
    const origin = c.req.header("origin");
    const may =
      origin === undefined ||
      origin === publicOrigin ||
      corsOrigins.includes(origin) ||
      isOwnPage(origin, host);
    if (!may) {
      throw refused(
        `Pages of ${JSON.stringify(origin)} may not use this server.`,
        `Open the server's own address, or add the origin to corsOrigins (FLOTILLA_CORS_ORIGINS) if its pages may: a development server's, for example.`,
      );
    }
    await next();
  });
}

function hostname(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function refused(message: string, remedy: string): HTTPException {
  return new HTTPException(403, {
    cause: new FlotillaError("invalid_request", message, { remedy }),
  });
}
