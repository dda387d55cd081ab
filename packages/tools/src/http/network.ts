import { FlotillaError } from "@flotilla/core";
import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { trust } from "../connection/trust.ts";
import { checkAddress, checkEndpoint, type AllowList } from "./destination.ts";

/** Every address of a host name. Rejects as `node:dns` does. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 32 * 1024;

export const resolveBySystem: Resolve = async (hostname) =>
  (await systemLookup(hostname, { all: true })).map(({ address }) => address);

/**
 * Connections that end only at public addresses or at allowed destinations. The names are
 * resolved once, by the connection itself, and what it is connected to is checked again before
 * a byte of the request is sent: an answer of the DNS that changes gains nothing.
 * No connection outlives its request, so runs share no state.
 */
export function openNetwork(allow: AllowList, resolve: Resolve, ca?: string): Dispatcher {
  return new Agent({
    connect: guardedConnector(allow, checkedLookup(resolve), freeLookup(resolve), ca),
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 0,
  });
}

/**
 * Checks the peer whatever its lookups answered, except for allowed destinations; these are where the
 * operator says, but `localhost` is this machine.
 */
export function guardedConnector(
  allow: AllowList,
  checked: LookupFunction,
  free: LookupFunction,
  ca?: string,
): buildConnector.connector {
  // Whatever the environment says: a name is worth what its certificate says.
  const common = { allowH2: false, timeout: CONNECT_TIMEOUT_MS, ...trust(ca) };
  const connectChecked = buildConnector({ ...common, lookup: checked });
  const connectFree = buildConnector({ ...common, lookup: free });
  return (options, callback) => {
    const port = options.port || (options.protocol === "https:" ? "443" : "80");
    const host = isIP(options.hostname) === 6 ? `[${options.hostname}]` : options.hostname;
    const isAllowed = allow.has(`${host}:${port}`);
    const connect = isAllowed ? connectFree : connectChecked;
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      try {
        if (isAllowed) checkLocalhost(socket.remoteAddress, host);
        else checkAddress(socket.remoteAddress, host);
      } catch (refusal) {
        socket.destroy();
        return callback(refusal as FlotillaError, null);
      }
      return callback(null, socket);
    });
  };
}

/**
 * The address of a connection's server, checked as those of URLs are. It is what must be connected to: a name that is
 * resolved again may be elsewhere. Throws `tool_forbidden`, and `tool_failed` for a name without an address.
 */
export async function locate(
  { host, port }: { host: string; port: number },
  allow: AllowList,
  resolve: Resolve,
): Promise<string> {
  const { isOwn } = checkEndpoint(host, port, allow);
  const literal = host.replace(/^\[|\]$/g, "");
  if (isIP(literal)) return literal;
  const addresses = await resolve(host).catch((error: NodeJS.ErrnoException) => {
    throw new FlotillaError("tool_failed", `${host} has no address (${error.code}).`, {
      transient: error.code === "EAI_AGAIN",
      cause: error,
    });
  });
  const [first] = addresses;
  if (first === undefined) throw new FlotillaError("tool_failed", `${host} has no address.`);
  if (isOwn) checkLocalhost(first, host);
  else for (const address of addresses) checkAddress(address, host);
  return first;
}

/** Plain http may hold a credential only to this machine: the name must mean it. */
function checkLocalhost(address: string | undefined, host: string): void {
  if (host !== "localhost" || isLoopbackAddress(address ?? "")) return;
  const message = `The request was not sent: localhost is at ${address}.`;
  throw new FlotillaError("tool_forbidden", message);
}

function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

function checkedLookup(resolve: Resolve): LookupFunction {
  return freeLookup(async (hostname) => {
    const addresses = await resolve(hostname);
    for (const address of addresses) checkAddress(address, hostname);
    return addresses;
  });
}

/** A resolver in the shape `net.connect` takes. */
function freeLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const all = addresses.map((address) => ({ address, family: isIP(address) }));
        const first = all[0];
        if (!first) return callback(noAddress(hostname), []);
        if (options.all) return callback(null, all);
        return callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

function noAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" });
}
