import type { AppParts } from "./app-parts.ts";
import type { Config } from "./config.ts";
import { proxyList } from "./http/client-address.ts";
import { RateLimiters } from "./http/rate-limiter.ts";

type Edges =
  | "allowedHosts"
  | "corsOrigins"
  | "isHttps"
  | "mountPath"
  | "publicOrigin"
  | "trustedProxies"
  | "rates";

/** What the configuration says of the network: names, origins, proxies, rates. */
export function openEdges(
  config: Pick<
    Config,
    "allowedHosts" | "corsOrigins" | "publicUrl" | "trustedProxies" | "rateLimits"
  >,
): Pick<AppParts, Edges> {
  const { allowedHosts, corsOrigins, publicUrl, trustedProxies, rateLimits } = config;
  const own = publicUrl === undefined ? undefined : new URL(publicUrl);
  return {
    allowedHosts: own ? [...allowedHosts, own.hostname] : allowedHosts,
    corsOrigins,
    publicOrigin: own?.origin,
    mountPath: own ? own.pathname.replace(/\/*$/, "/") : "/",
    isHttps: own?.protocol === "https:",
    trustedProxies: proxyList(trustedProxies),
    rates: new RateLimiters(rateLimits),
  };
}
