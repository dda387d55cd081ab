import { BlockList, isIP } from "node:net";
import { FlotillaError } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";

/** Proxies by address or network: `10.0.0.0/8`, `::1`. Throws `config_invalid` for what is neither. */
export function proxyList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    try {
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    } catch (cause) {
      throw new FlotillaError(
        "config_invalid",
        `trustedProxies: "${entry}" is neither an address nor a network such as 10.0.0.0/8.`,
        { cause },
      );
    }
  }
  return list;
}

/**
 * The address a request comes from: that of its connection, or, where this is one of the trusted proxies,
 * the last one that the proxies have written down and that is none of them. With X-Forwarded-For *and*
 * Forwarded nobody knows which of them the proxy has written, so neither counts.
 *
 * @returns `unknown` for a request that came over no connection (tests)
 */
export function clientAddress(c: Context<ServerEnv>): string {
  const peer = plain(c.env?.incoming?.socket.remoteAddress ?? "unknown");
  const { trustedProxies } = c.var.parts;
  if (!trustedProxies) return peer;
  const isTrusted = (address: string) =>
    isIP(address) > 0 && trustedProxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  let nearest = peer;
  for (const address of forwarded(c).toReversed()) {
    if (!isTrusted(nearest) || isIP(address) === 0) break;
    nearest = address;
  }
  return nearest;
}

function forwarded({ req }: Context<ServerEnv>): string[] {
  const [plainList, standard] = [req.header("x-forwarded-for"), req.header("forwarded")];
  if (plainList !== undefined && standard !== undefined) return [];
  if (plainList !== undefined) return plainList.split(",").map(plain);
  return (standard ?? "").split(",").map((element) => {
    const [, named = ""] = /(?:^|;)\s*for="?([^";]*)"?/i.exec(element) ?? [];
    return plain(named);
  });
}

/** Without the port, the brackets and the IPv6 clothes of an IPv4 address. */
function plain(address: string): string {
  const bare = address
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, "$1")
    .replace(/^::ffff:(?=\d+\.)/i, "");
  return bare.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1").toLowerCase();
}
