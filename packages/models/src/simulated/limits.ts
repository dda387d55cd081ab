import { z } from "zod";

/** What a provider allows one customer. */
export const limitsSchema = z.strictObject({
  requestsPerMinute: z.number().positive().optional(),
  /** Input tokens, and the output tokens once they are known. */
  tokensPerMinute: z.number().positive().optional(),
  /** Requests under way at once. */
  concurrency: z.int().positive().optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

/** Why a request is refused, and when it may come again. */
export interface Refusal {
  what: "requests" | "tokens" | "concurrency";
  retryAfterMs: number;
}

/**
 * Token buckets: each holds a minute's worth at most and refills evenly, so a burst of
 * that size passes and what follows comes at the rate.
 */
export class Gate {
  readonly #requests: Bucket | undefined;
  readonly #tokens: Bucket | undefined;
  readonly #concurrency: number;
  #active = 0;

  constructor(limits: Limits, now: number) {
    const { requestsPerMinute, tokensPerMinute } = limits;
    this.#requests = requestsPerMinute ? new Bucket(requestsPerMinute, now) : undefined;
    this.#tokens = tokensPerMinute ? new Bucket(tokensPerMinute, now) : undefined;
    this.#concurrency = limits.concurrency ?? Infinity;
  }

  /** Admits a request, or says why not. An admitted one must `leave`. */
  enter(tokens: number, now: number): Refusal | null {
    if (this.#active >= this.#concurrency) return { what: "concurrency", retryAfterMs: 1_000 };
    const requestWait = this.#requests?.wait(1, now) ?? 0;
    if (requestWait > 0) return { what: "requests", retryAfterMs: requestWait };
    const tokenWait = this.#tokens?.wait(tokens, now) ?? 0;
    if (tokenWait > 0) return { what: "tokens", retryAfterMs: tokenWait };
    this.#requests?.take(1);
    this.#tokens?.take(tokens);
    this.#active++;
    return null;
  }

  leave(outputTokens: number): void {
    this.#active--;
    this.#tokens?.take(outputTokens);
  }

  /** The headers by which OpenAI tells what is left. */
  headers(now: number): Record<string, string> {
    return { ...this.#requests?.headers("requests", now), ...this.#tokens?.headers("tokens", now) };
  }
}

class Bucket {
  readonly #size: number;
  #level: number;
  #at: number;

  constructor(perMinute: number, now: number) {
    this.#size = perMinute;
    this.#level = perMinute;
    this.#at = now;
  }

  /** Milliseconds until `amount` is there; 0 when it is. */
  wait(amount: number, now: number): number {
    this.#refill(now);
    const missing = Math.min(amount, this.#size) - this.#level;
    return missing <= 0 ? 0 : Math.ceil((missing / this.#size) * 60_000);
  }

  take(amount: number): void {
    this.#level -= amount;
  }

  headers(name: string, now: number): Record<string, string> {
    this.#refill(now);
    const full = (1 - this.#level / this.#size) * 60;
    return {
      [`x-ratelimit-limit-${name}`]: String(this.#size),
      [`x-ratelimit-remaining-${name}`]: String(Math.max(0, Math.floor(this.#level))),
      [`x-ratelimit-reset-${name}`]: `${full.toFixed(3)}s`,
    };
  }

  #refill(now: number): void {
    const gained = ((now - this.#at) / 60_000) * this.#size;
    this.#level = Math.min(this.#size, this.#level + gained);
    this.#at = now;
  }
}
