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

/** By its literal address, or by the one name that means nothing else. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isHost(pattern: string, url: URL): boolean {
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  const usual = url.protocol === "https:" ? "443" : "80";
  if ((port ?? usual) !== (url.port || usual)) return false;
  // Names that end with a dot mean the same host.
  const name = url.hostname.replace(/\.$/, "");
  return host.startsWith("*.") ? name.endsWith(host.slice(1)) : name === host;
}
