import { createMiddleware } from "hono/factory";
import type { AppParts, ServerEnv } from "../app-parts.ts";
import { isLoopback } from "./loopback.ts";
import { isOwnPage } from "./own-page.ts";
import { refusal } from "./refusal.ts";

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
      throw refusal(
        403,
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
      throw refusal(
        403,
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
