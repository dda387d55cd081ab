import ipaddr from "ipaddr.js";

/** Where every globally routed IPv6 address lies; what is outside translates or tunnels. */
const globalV6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** Azure's metadata service answers on a public address. */
const metadata = new Set(["168.63.129.16"]);

/**
 * Whether an IP address literal belongs to the public internet: global unicast, and in none of
 * the private, shared, link-local, loopback, multicast, documentation, translated or reserved
 * ranges. IPv4 inside IPv6 is judged as the IPv4 address it is.
 */
export function isPublicAddress(literal: string): boolean {
  if (!ipaddr.isValid(literal)) return false;
  const address = ipaddr.process(literal);
  if (metadata.has(address.toString()) || address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || (address as ipaddr.IPv6).match(globalV6);
}
