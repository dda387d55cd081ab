/** How often something may be done: on average, and at once after a pause. */
export interface Rate {
  perMinute: number;
  burst: number;
}

/** What a rate leaves to one who asks. */
export interface Allowance {
  allowed: boolean;
  /** How many more at once, now. */
  remaining: number;
  /** Until the whole burst is there again. */
  resetMs: number;
  /** Until the next one is allowed; 0 when this one was. */
  retryAfterMs: number;
}

/** Past so many who were never seen again, the oldest are forgotten: memory is bounded. */
const mostKeys = 100_000;

/**
 * Holds everybody to a rate, by a key: an address, a user. The generic cell rate algorithm: of each key
 * only the time is kept at which all that it took is earned again. One process's own count.
 */
export class RateLimiter {
  readonly rate: Rate;
  readonly #intervalMs: number;
  /** In the order of last use. */
  readonly #earnedAt = new Map<string, number>();

  constructor(rate: Rate) {
    this.rate = rate;
    this.#intervalMs = 60_000 / rate.perMinute;
  }

  /**
   * Takes one, if there is one; a refusal costs nothing.
   *
   * @param now milliseconds
   */
  take(key: string, now: number): Allowance {
    const capacityMs = this.#intervalMs * this.rate.burst;
    const before = Math.max(now, this.#earnedAt.get(key) ?? now);
    const after = before + this.#intervalMs;
    // Sums of fractions: a hair's breadth is not a refusal.
    const allowed = after - now <= capacityMs + 1e-6;
    const owedMs = (allowed ? after : before) - now;
    if (allowed) this.#keep(key, after, now);
    return {
      allowed,
      remaining: Math.max(0, Math.floor((capacityMs - owedMs) / this.#intervalMs + 1e-6)),
      resetMs: owedMs,
      retryAfterMs: allowed ? 0 : after - now - capacityMs,
    };
  }

  /** How long until one is allowed; takes none. */
  waitMs(key: string, now: number): number {
    const owedMs = Math.max(0, (this.#earnedAt.get(key) ?? now) - now);
    const waitMs = owedMs - this.#intervalMs * (this.rate.burst - 1);
    return waitMs > 1e-6 ? waitMs : 0;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#earnedAt.size;
  }

  #keep(key: string, earnedAt: number, now: number): void {
    this.#earnedAt.delete(key);
    this.#earnedAt.set(key, earnedAt);
    // Each call forgets up to two that are even again, so the map shrinks by itself.
    for (let i = 0; i < 2; i++) {
      const [oldest] = this.#earnedAt;
      if (!oldest || (oldest[1] > now && this.#earnedAt.size <= mostKeys)) return;
      this.#earnedAt.delete(oldest[0]);
    }
  }
}

export interface RateLimits {
  /** Of a user with all his keys and sessions, and of each key by itself. */
  caller: Rate;
  /** Of everything that comes from one address. */
  address: Rate;
}

/** The limiters of a server: each counts what it has answered itself. */
export class RateLimiters {
  readonly caller: RateLimiter;
  readonly address: RateLimiter;

  constructor(limits: RateLimits) {
    this.caller = new RateLimiter(limits.caller);
    this.address = new RateLimiter(limits.address);
  }
}
