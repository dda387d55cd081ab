import { newTraceId, parseTraceParent } from "@flotilla/core";
import { correlated } from "@flotilla/engine";
import { createMiddleware } from "hono/factory";
import type { ServerEnv } from "../app-parts.ts";

/**
 * Gives all that a request sets off its ids: log lines, errors, and the runs that it starts. The trace is
 * that of the `traceparent` header (W3C Trace Context), or a new one.
 */
export const traceRequest = createMiddleware<ServerEnv>((c, next) => {
  const parent = parseTraceParent(c.req.header("traceparent"));
  const traceId = parent?.traceId ?? newTraceId(Math.random);
  return correlated({ requestId: c.var.requestId, traceId }, next);
});
