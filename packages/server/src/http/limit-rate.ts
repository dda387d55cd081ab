import { FlotillaError, type Caller } from "@flotilla/core";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { ServerEnv } from "../app-parts.ts";
import { clientAddress } from "./client-address.ts";
import { networkOf } from "./network-of.ts";
import type { Allowance, Rate, RateLimits } from "./rate-limiter.ts";

/** Load balancers and browsers fetch these by themselves, and they cost next to nothing. */
const free = /^\/(?:healthz|readyz|metrics|assets\/.*)$/;

/** Holds addresses to their rate, before anything is looked up for them. */
export const limitAddress = createMiddleware<ServerEnv>(async (c, next) => {
  const { rates, clock, access } = c.var.parts;
  // Whoever runs a server without sign-in has it for himself.
  if (rates && access.signIn === "required" && !free.test(c.req.path)) {
    const allowance = rates.address.take(networkOf(clientAddress(c)), clock.now());
    tell(c, "address", rates.address.rate, allowance);
  }
  await next();
});

/** Holds a caller to his rate. Throws `rate_limited`. */
export function limitCaller(c: Context<ServerEnv>, caller: Caller): void {
  const { rates, clock } = c.var.parts;
  if (!rates || caller.kind === "local") return;
  const allowance = rates.caller.take(`${caller.kind} ${caller.id}`, clock.now());
  tell(c, "caller", rates.caller.rate, allowance);
}

/**
 * Says what is left in the header fields of the IETF's draft ("RateLimit header fields for HTTP"), of the
 * limit that was looked at last: the caller's, where one is known. Throws `rate_limited`.
 */
function tell(
  c: Context<ServerEnv>,
  name: keyof RateLimits,
  { perMinute, burst }: Rate,
  { allowed, remaining, resetMs, retryAfterMs }: Allowance,
): void {
  const windowSeconds = Math.ceil((burst / perMinute) * 60);
  c.header("ratelimit-policy", `"${name}";q=${burst};w=${windowSeconds}`);
  c.header("ratelimit", `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`);
  if (allowed) return;
  const whose = name === "caller" ? "This caller" : "This address";
  throw new FlotillaError(
    "rate_limited",
    `${whose} sends more than ${perMinute} requests a minute.`,
    {
      transient: true,
      retryAfterMs,
      remedy: `Wait ${Math.ceil(retryAfterMs / 1_000)} s; keep to the pace that the RateLimit header tells.`,
    },
  );
}
