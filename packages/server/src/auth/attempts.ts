import { FlotillaError } from "@flotilla/core";
import { RateLimiter, type Rate } from "../http/rate-limiter.ts";

/**
 * Bounds how often a name (an address, an e-mail address, a key's beginning) may try something. Each
 * kind of try has a rate of its own, and each server counts for itself.
 */
export class Attempts {
  readonly #limiters = new Map<Rate, RateLimiter>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Throws `rate_limited` when the name is ahead of the rate; such a try is not counted. */
  take(name: string, rate: Rate): void {
    const { allowed, retryAfterMs } = this.#of(rate).take(name, this.#now());
    if (!allowed) throw tooOften(retryAfterMs);
  }

  /** The same, for what is counted only when it turns out to have failed. */
  check(name: string, rate: Rate): void {
    const waitMs = this.#of(rate).waitMs(name, this.#now());
    if (waitMs > 0) throw tooOften(waitMs);
  }

  count(name: string, rate: Rate): void {
    this.#of(rate).take(name, this.#now());
  }

  #of(rate: Rate): RateLimiter {
    const limiter = this.#limiters.get(rate) ?? new RateLimiter(rate);
    this.#limiters.set(rate, limiter);
    return limiter;
  }
}

function tooOften(waitMs: number): FlotillaError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new FlotillaError("rate_limited", "That was tried too often.", {
    remedy: `Try again in ${seconds} s.`,
    transient: true,
    retryAfterMs: seconds * 1_000,
  });
}
