import { createMiddleware } from "hono/factory";
import { NONCE, secureHeaders } from "hono/secure-headers";
import type { AppParts, ServerEnv } from "../app-parts.ts";

/**
 * Headers of every answer. Scripts come from files of this server alone, and so do styles, but for elements that the web
 * app makes itself, with the nonce of its page. Where people reach it by HTTPS, they shall do so always.
 */
export function securityHeaders({ isHttps = false }: Pick<AppParts, "isHttps">) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", NONCE],
      imgSrc: ["'self'", "data:"],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    crossOriginOpenerPolicy: "same-origin",
    crossOriginResourcePolicy: "same-origin",
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
    xFrameOptions: "DENY",
    referrerPolicy: "no-referrer",
    strictTransportSecurity: isHttps ? "max-age=31536000" : false,
  });
}

/** No cache keeps what one caller may see, unless a handler says so. */
export const keepPrivate = createMiddleware<ServerEnv>(async (c, next) => {
  await next();
  if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
});
