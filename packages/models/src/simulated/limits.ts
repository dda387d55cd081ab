import { z } from "zod";

/** How a provider tells what is left; with `none` its limits are hidden. */
export const headerStyleSchema = z.enum(["openai", "anthropic", "azure", "none"]);
export type HeaderStyle = z.infer<typeof headerStyleSchema>;

const rate = z.number().positive().optional();

/** What a provider allows one key of one model, and how it tells so. */
export const limitsSchema = z.strictObject({
  requestsPerMinute: rate,
  /** Input tokens, and the output tokens once they are known. */
  tokensPerMinute: rate,
  inputTokensPerMinute: rate,
  /** Counted once they are known: what was overdrawn must be regained first. */
  outputTokensPerMinute: rate,
  /** Requests under way at once. */
  concurrency: z.int().positive().optional(),
  /** How many seconds' worth of a limit may come at once. Default: 60. */
  burstSeconds: z.number().positive().optional(),
  /** Default: as the API of the request does it. */
  headers: headerStyleSchema.optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

export type BucketName = "requests" | "tokens" | "input-tokens" | "output-tokens";

/** `size`: the request is larger than what a minute allows and can never pass. */
export type LimitCause = BucketName | "concurrency" | "size";

/** Why a request is refused, and when it may come again; null: never. */
export interface Refusal {
  cause: LimitCause;
  retryAfterMs: number | null;
}

/** How full one bucket is, as headers tell it. */
export interface Level {
  name: BucketName;
  perMinute: number;
  remaining: number;
  /** Until it is full again. */
  fullInMs: number;
}

/**
 * Token buckets of one model and key: each holds a burst's worth at most and refills
 * evenly, so a burst of that size passes and what follows comes at the rate. A request
 * of more tokens than a bucket holds passes when it is full, and overdraws it.
 */
export class Gate {
  readonly #buckets: Bucket[];
  readonly #concurrency: number;
  #active = 0;

  constructor(limits: Limits, now: number) {
    const { burstSeconds = 60 } = limits;
    const rates: [BucketName, number | undefined][] = [
      ["requests", limits.requestsPerMinute],
      ["tokens", limits.tokensPerMinute],
      ["input-tokens", limits.inputTokensPerMinute],
      ["output-tokens", limits.outputTokensPerMinute],
    ];
    this.#buckets = rates.flatMap(([name, perMinute]) =>
      perMinute ? [new Bucket(name, perMinute, burstSeconds, now)] : [],
    );
    this.#concurrency = limits.concurrency ?? Infinity;
  }

  /** Admits a request, or says why not. An admitted one must `leave`. */
  enter(inputTokens: number, now: number): Refusal | null {
    for (const bucket of this.#buckets) {
      const isTooLarge = bucket.name !== "requests" && inputTokens > bucket.perMinute;
      if (isTooLarge && bucket.name !== "output-tokens")
        return { cause: "size", retryAfterMs: null };
    }
    if (this.#active >= this.#concurrency) return { cause: "concurrency", retryAfterMs: 1_000 };
    for (const bucket of this.#buckets) {
      const retryAfterMs = bucket.wait(Math.max(1, amountAtEntry(bucket.name, inputTokens)), now);
      if (retryAfterMs > 0) return { cause: bucket.name, retryAfterMs };
    }
    for (const bucket of this.#buckets) bucket.take(amountAtEntry(bucket.name, inputTokens), now);
    this.#active++;
    return null;
  }

  leave(outputTokens: number, now: number): void {
    this.#active--;
    for (const bucket of this.#buckets) {
      if (bucket.name === "tokens" || bucket.name === "output-tokens") {
        bucket.take(outputTokens, now);
      }
    }
  }

  levels(now: number): Level[] {
    return this.#buckets.map((bucket) => bucket.levelAt(now));
  }
}

function amountAtEntry(bucket: BucketName, inputTokens: number): number {
  if (bucket === "requests") return 1;
  return bucket === "output-tokens" ? 0 : inputTokens;
}

/** Far below a token: what is missing by rounding alone is not missing. */
const nothing = 1e-6;

class Bucket {
  readonly name: BucketName;
  readonly perMinute: number;
  readonly #size: number;
  #level: number;
  #at: number;

  constructor(name: BucketName, perMinute: number, burstSeconds: number, now: number) {
    this.name = name;
    this.perMinute = perMinute;
    this.#size = Math.max(1, (perMinute * burstSeconds) / 60);
    this.#level = this.#size;
    this.#at = now;
  }

  /** Milliseconds until `amount` is there; 0 when it is. */
  wait(amount: number, now: number): number {
    this.#refill(now);
    const missing = Math.min(amount, this.#size) - this.#level;
    return missing <= nothing ? 0 : this.#msFor(missing);
  }

  /** What was regained before counts first: beyond its size a bucket has kept nothing of it. */
  take(amount: number, now: number): void {
    this.#refill(now);
    this.#level -= amount;
  }

  levelAt(now: number): Level {
    this.#refill(now);
    return {
      name: this.name,
      perMinute: this.perMinute,
      remaining: Math.max(0, Math.floor(this.#level + nothing)),
      fullInMs: this.#msFor(this.#size - this.#level),
    };
  }

  #msFor(amount: number): number {
    return Math.ceil((amount / this.perMinute) * 60_000);
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    const gained = ((now - this.#at) / 60_000) * this.perMinute;
    this.#level = Math.min(this.#size, this.#level + gained);
    this.#at = now;
  }
}
