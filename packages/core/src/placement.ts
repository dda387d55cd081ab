import { isLoopbackHost, type Endpoint } from "./connection.ts";
import type { CredentialBinding } from "./credential.ts";

/** Why a credential may not go somewhere; undefined: it may. */
export type Misplaced = "scheme" | "host" | "method" | undefined;

/**
 * Whether a request may hold a credential at all: over https, or over http to this machine, to a host and
 * with a method of its binding. A host without a port stands for the port of the scheme.
 */
export function misplaced(binding: CredentialBinding, url: URL, method: string): Misplaced {
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) return "scheme";
  if (!binding.hosts.some((pattern) => isHost(pattern, url))) return "host";
  return binding.methods.some((one) => one === method.toUpperCase()) ? undefined : "method";
}

/** Why a credential may not be the login of a connection; undefined: it may. */
export type MisplacedLogin = "login" | "open" | Endpoint | undefined;

/**
 * Whether a credential may be said to all servers of a connection: as a login at all, over TLS or to this machine, and
 * to hosts of its binding; the first one that is none of them.
 */
export function misplacedLogin(
  binding: CredentialBinding,
  endpoints: readonly Endpoint[],
): MisplacedLogin {
  if (!binding.login) return "login";
  if (endpoints.some(({ isPrivate, host }) => !isPrivate && !isLoopbackHost(host))) return "open";
  return endpoints.find(({ host, port }) => {
    return !binding.hosts.some((pattern) => isAt(pattern, host, String(port), "443"));
  });
}

export function isLoopback({ hostname }: URL): boolean {
  return isLoopbackHost(hostname);
}

function isHost(pattern: string, url: URL): boolean {
  const usual = url.protocol === "https:" ? "443" : "80";
  return isAt(pattern, url.hostname, url.port || usual, usual);
}

function isAt(pattern: string, hostname: string, at: string, usual: string): boolean {
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  if ((port ?? usual) !== at) return false;
  // Names that end with a dot mean the same host.
  const name = hostname.replace(/\.$/, "");
  return host.startsWith("*.") ? name.endsWith(host.slice(1)) : name === host;
}
