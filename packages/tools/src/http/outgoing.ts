import { checkDestination, parseAllowList } from "./destination.ts";
import { exchange, type Answer, type ExchangeOptions, type Question } from "./exchange.ts";
import { openNetwork, resolveBySystem, type Resolve } from "./network.ts";

/** Sends requests to addresses that users name, under the rules of the HTTP tools. */
export interface Outgoing {
  /**
   * One request and its answer; a redirect is an answer. Throws a FlotillaError, `tool_forbidden` where the address is not
   * a public one, nor an allowed own service.
   */
  send(
    question: Omit<Question, "url"> & { url: string },
    options: Pick<ExchangeOptions, "signal" | "place">,
  ): Promise<Answer>;
  /** Throws `tool_forbidden` or `tool_input_invalid` for an address to which nothing would be sent. */
  check(url: string): URL;
}

const maxBytes = 64 * 1024;

/**
 * @param allow `host:port` of own services that may be reached although they are private
 * @param resolve how host names become addresses; default: as the system does
 */
export function openOutgoing(
  allow: readonly string[],
  resolve: Resolve = resolveBySystem,
): Outgoing {
  const list = parseAllowList(allow);
  const network = openNetwork(list, resolve);
  return {
    check: (url) => checkDestination(url, list),
    send: async ({ url, ...question }, options) =>
      exchange(
        { ...question, url: checkDestination(url, list) },
        { ...options, network, maxBytes, repeatable: true },
      ),
  };
}
