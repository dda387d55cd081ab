import { isIP } from "node:net";

/**
 * Whom a rate counts as one: an IPv4 address, or the /64 network of an IPv6 address, since one host has
 * all addresses of its network.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address
    .replace(/%.*$/, "")
    .replace(/\d+(\.\d+){3}$/, "0:0")
    .split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
