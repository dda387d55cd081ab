import type { Clock, Log } from "@flotilla/core";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { ServerEnv } from "../app-parts.ts";
import type { Metrics } from "../metrics.ts";

/**
 * One line per request, at `info` for the API and at `debug` for everything else, and its time
 * in the metrics. A stream is noted when its answer begins.
 */
export function accessLog(parts: { clock: Clock; log: Log }, metrics: Metrics) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    const began = parts.clock.now();
    await next();
    const ms = parts.clock.now() - began;
    const { method } = c.req;
    const { status } = c.res;
    const route = routeOf(c);
    metrics.observeRequest({ method, route, status, ms });
    const level = c.req.path.startsWith("/api/") ? "info" : "debug";
    parts.log[level]({ method, route, status, ms, requestId: c.var.requestId }, "request");
  });
}

/** The route's pattern, so that the number of different ones is bounded. */
function routeOf(c: Context): string {
  return matchedRoutes(c).findLast((route) => !route.path.endsWith("*"))?.path ?? "other";
}
