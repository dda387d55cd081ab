import { FlotillaError } from "@flotilla/core";

interface Request {
  method?: string | undefined;
  header(name: string): string | undefined;
}

const harmless = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether the request comes from a page of this server itself, which must be so where a browser sends
 * its cookie along and something may be changed: any other page, of another port of the same
 * machine too, could ask for it without its reader's knowledge.
 *
 * Throws `forbidden`.
 *
 * @param publicUrl how the server is reached; without it, as the request says
 */
export function requireOwnOrigin(request: Request, publicUrl: string | undefined): void {
  const opensSocket = request.header("upgrade")?.toLowerCase() === "websocket";
  if (harmless.has(request.method ?? "GET") && !opensSocket) return;
  const origin = request.header("origin");
  if (origin !== undefined && origin !== "null") {
    if (
      publicUrl ? origin === new URL(publicUrl).origin : hostOf(origin) === request.header("host")
    )
      return;
  } else if (request.header("sec-fetch-site") === "same-origin") {
    return;
  }
  throw new FlotillaError("forbidden", "The request does not come from a page of this server.", {
    remedy: publicUrl
      ? `Open ${publicUrl}; programs send an API key instead of a cookie.`
      : "Open the server's own address; programs send an API key instead of a cookie.",
  });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
