import type { Dispatcher } from "undici";
import type { AllowList } from "../http/destination.ts";
import { locate, openNetwork, type Resolve } from "../http/network.ts";

/** A server as it is to be connected to. */
export interface Place {
  /** An address, which was checked. */
  host: string;
  port: number;
  /** What its certificate must be of; left out for what is named by its address. */
  servername?: string;
}

/** How tools get to the servers of connections: to public addresses and the operator's own services alone. */
export interface Reach {
  /** Throws `tool_forbidden`, and `tool_failed` for a name without an address. */
  find(server: { host: string; port: number }): Promise<Place>;
  /**
   * For requests; the certificates it trusts beside those that everybody does.
   * Whoever asks for one closes it.
   */
  network(ca?: string): Dispatcher;
}

export function openReach(allow: AllowList, resolve: Resolve): Reach {
  return {
    async find({ host, port }) {
      const address = await locate({ host, port }, allow, resolve);
      const isName = address !== host.replace(/^\[|\]$/g, "");
      return { host: address, port, ...(isName && { servername: host }) };
    },
    network: (ca) => openNetwork(allow, resolve, ca),
  };
}
