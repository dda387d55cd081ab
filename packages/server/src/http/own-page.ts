import { isLoopback } from "./loopback.ts";

/**
 * Whether a page of the origin is one of the server that the Host header names: the same name, or both
 * names of the loopback interface, and the same port. A port that is not written is that of the origin's scheme.
 *
 * HTTPS on the loopback interface is not the server's: it serves HTTP, and a proxy in front of it that
 * speaks HTTPS is told by `publicUrl`.
 */
export function isOwnPage(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  const isHttp = from.protocol === "http:";
  if (!isHttp && from.protocol !== "https:") return false;
  const own = `${from.protocol}//${host}`;
  if (!URL.canParse(own)) return false;
  const { hostname, port } = new URL(own);
  if (from.port !== port) return false;
  if (isLoopback(from.hostname)) return isHttp && isLoopback(hostname);
  return from.hostname === hostname;
}
