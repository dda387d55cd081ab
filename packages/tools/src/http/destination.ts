import { FlotillaError } from "@flotilla/core";
import { isIP } from "node:net";
import { isPublicAddress } from "./address.ts";

/** Privileged ports beside these belong to protocols that HTTP text could be smuggled into. */
const webPorts = [80, 443];
const FIRST_UNPRIVILEGED_PORT = 1024;

/** `host:port` of the own services that may be reached although their addresses are private. */
export type AllowList = ReadonlySet<string>;

/** Throws `config_invalid` when an entry is not `host:port`. */
export function parseAllowList(entries: readonly string[]): AllowList {
  return new Set(entries.map(parseEntry));
}

function parseEntry(entry: string): string {
  const url = /:\d+$/.test(entry) ? URL.parse(`http://${entry}`) : null;
  if (!url || url.pathname !== "/" || url.username || url.search || url.hash) {
    throw new FlotillaError(
      "config_invalid",
      `The allowed destination ${JSON.stringify(entry)} is not host:port.`,
      { remedy: "Write entries like localhost:8080, 10.0.0.5:443 or [::1]:8080." },
    );
  }
  return hostAndPort(url);
}

/** As in the allow list: the host as URLs normalise it, and the port even when it is the default. */
function hostAndPort(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

/**
 * Judges a URL before anything is resolved or sent. The URL parser has already turned every
 * spelling of an IPv4 address (octal, hexadecimal, a single number, full-width digits) into
 * four decimals. Throws `tool_input_invalid` or `tool_forbidden`.
 */
export function checkDestination(text: string, allow: AllowList, base?: URL): URL {
  const url = URL.parse(text, base);
  if (!url) throw new FlotillaError("tool_input_invalid", `${quote(text)} is not an absolute URL.`);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw forbidden(`${url.protocol} URLs are not fetched, only http: and https:`);
  }
  if (url.username || url.password) throw forbidden("the URL carries credentials");
  if (allow.has(hostAndPort(url))) return url;
  const port = portOf(url);
  if (!webPorts.includes(port) && port < FIRST_UNPRIVILEGED_PORT) {
    throw forbidden(`port ${port} is not a web port`);
  }
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal)) checkAddress(literal, url.hostname);
  return url;
}

/** Whether an operator said that the service may be reached wherever it is. */
export function isAllowed(url: URL, allow: AllowList): boolean {
  return allow.has(hostAndPort(url));
}

/** Ports under 1024 of what connections speak beside HTTP: IMAP and SMTP. */
const mailPorts = [143, 465, 587, 993];

/**
 * Judges a server of a connection, as `checkDestination` judges a URL; whether it is one of the operator's own services.
 * Throws `tool_forbidden`.
 *
 * @param host as in URLs: an IPv6 address is in brackets
 */
export function checkEndpoint(host: string, port: number, allow: AllowList): { isOwn: boolean } {
  if (allow.has(`${host}:${port}`)) return { isOwn: true };
  if (![...webPorts, ...mailPorts].includes(port) && port < FIRST_UNPRIVILEGED_PORT) {
    throw forbidden(`port ${port} is no port of mail, calendars or databases`);
  }
  const literal = host.replace(/^\[|\]$/g, "");
  if (isIP(literal)) checkAddress(literal, host);
  return { isOwn: false };
}

/** Throws `tool_forbidden` unless the address is a public one. */
export function checkAddress(address: string | undefined, host: string): void {
  if (address !== undefined && isPublicAddress(address)) return;
  throw forbidden(`${quote(host)} is at ${address ?? "an unknown address"}, not a public address`);
}

function forbidden(problem: string): FlotillaError {
  return new FlotillaError("tool_forbidden", `The request was not sent: ${problem}.`, {
    remedy:
      "Use a public http(s) address; an operator can allow own services by host:port (the setting httpAllow).",
  });
}

function portOf(url: URL): number {
  if (url.port) return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
