import type { AppParts } from "./app-parts.ts";
import type { Config } from "./config.ts";
import { proxyList } from "./http/client-address.ts";
import { RateLimiters } from "./http/rate-limiter.ts";

/** What the configuration says of the network: names, origins, proxies, rates. */
export function openEdges(
  config: Pick<
    Config,
    "allowedHosts" | "publicUrl" | "corsOrigins" | "trustedProxies" | "rateLimits"
  >,
): Pick<AppParts, "allowedHosts" | "corsOrigins" | "trustedProxies" | "rates"> {
  const { allowedHosts, publicUrl, corsOrigins, trustedProxies, rateLimits } = config;
  return {
    allowedHosts: publicUrl ? [...allowedHosts, new URL(publicUrl).hostname] : allowedHosts,
    corsOrigins,
    trustedProxies: proxyList(trustedProxies),
    rates: new RateLimiters(rateLimits),
  };
}
