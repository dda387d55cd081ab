import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { ApiApp, ServerEnv } from "../app-parts.ts";
import { idempotent } from "../http/idempotent.ts";
import { limitCaller } from "../http/limit-rate.ts";
import { presentAnswer } from "../http/present-answer.ts";
import { strictRequest } from "../http/strict-request.ts";
import type { Guard } from "./guard.ts";
import { checkPermission, identify } from "./permit.ts";

/** The field of the OpenAPI document that says what a route asks of its caller. */
export const guardField = "x-permission";

/**
 * A route that checks its caller before it looks at the request: with a permission it is also checked
 * that the caller has it, for some resource at least; the handler asks `permit` once it knows which. What
 * the route does not say it takes is refused, and a request with an Idempotency-Key is done once.
 */
export function guardedRoute<R extends RouteConfig>(needs: Guard, route: R) {
  const own = route.method === "get" ? presentAnswer(route) : idempotent(needs, route);
  const middleware = [guard(needs), strictRequest(route), own];
  return createRoute<R["path"], R>({ ...route, middleware, [guardField]: needs });
}

/** The same for routes that are not in the OpenAPI document. */
export function guard(needs: Guard): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    c.set("guard", needs);
    if (needs !== "public") {
      await identify(c);
      limitCaller(c, c.var.caller);
      if (needs !== "signed-in") await checkPermission(c, needs);
    }
    await next();
  };
}

/** Throws when a route was made without a guard: the server must not start. */
export function checkGuards(app: ApiApp): void {
  const open = app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === "route" && !(guardField in definition.route)
      ? [`${definition.route.method} ${definition.route.path}`]
      : [],
  );
  if (open.length > 0) throw new Error(`routes without a guard: ${open.join(", ")}`);
}
