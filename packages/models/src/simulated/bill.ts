import {
  addUsage,
  FlotillaError,
  noUsage,
  pricePerImage,
  type ImagePrice,
  type ImageTerms,
  type Price,
  type Usage,
} from "@flotilla/core";
import { z } from "zod";

const wholeMicros = z.int().nonnegative();

/** A price that can be billed exactly: a core price in whole micro-USD. */
export const billPriceSchema = z.strictObject({
  input: wholeMicros,
  output: wholeMicros,
  cachedInput: wholeMicros.optional(),
  cacheWrite: wholeMicros.optional(),
}) satisfies z.ZodType<Price>;

/** Simulated and recorded calls cost a little, so that demonstrations show costs add up. */
export const simulatedPrice: Price = { input: 100_000, output: 400_000 };

/** What a simulated image costs, by size and quality. */
export const simulatedImagePrice: ImagePrice = {
  image: 20_000,
  sizes: [
    { size: "256x256", image: 5_000 },
    { size: "512x512", image: 10_000 },
    { quality: "hd", image: 40_000 },
  ],
};

/**
 * Why something is billed. `cached`: an answer with tokens from the prompt cache or to it;
 * `aborted`: the caller went away, and what was sent until then is billed although no usage
 * was ever told; `faulted`: a whole answer that carried a fault.
 */
export type BilledAs = "answered" | "cached" | "aborted" | "faulted" | "batch" | "image";

/** What one request is billed for. */
export interface Charge {
  as: BilledAs;
  usage: Usage;
}

interface Sum {
  requests: number;
  usage: Usage;
  /** Whole micro-USD. */
  micros: number;
}

/** The same requests, summed in all and by why they are billed. */
interface Account extends Sum {
  by: Partial<Record<BilledAs, Sum>>;
}

export interface SimulatorBill extends Account {
  models: Record<string, Account>;
}

/** Reads `input:output[:cachedInput[:cacheWrite]]`, micro-USD per million tokens. Throws `config_invalid`. */
export function readPrice(text: string): Price {
  const [input, output, cachedInput, cacheWrite, ...more] = text.split(":");
  const isWhole = text.split(":").every((number) => /^\d{1,12}$/.test(number));
  if (input === undefined || output === undefined || more.length > 0 || !isWhole) {
    const message = `The price "${text}" is not input:output[:cachedInput[:cacheWrite]] in whole micro-USD per million tokens.`;
    throw new FlotillaError("config_invalid", message);
  }
  return {
    input: Number(input),
    output: Number(output),
    ...(cachedInput !== undefined && { cachedInput: Number(cachedInput) }),
    ...(cacheWrite !== undefined && { cacheWrite: Number(cacheWrite) }),
  };
}

/** Batches cost half. */
const batchDivisor = 2n;
const million = 1_000_000n;

/**
 * The provider's own sum for one request, in whole micro-USD, rounded up once. Exact, for
 * prices in whole micro-USD: it is what the platform's own arithmetic is held against.
 */
export function chargeMicros({ as, usage }: Charge, price: Price): number {
  const cached = usage.cachedInputTokens;
  const written = usage.cacheWriteTokens;
  const plain = Math.max(0, usage.inputTokens - cached - written);
  const parts: [tokens: number, perMillion: number][] = [
    [plain, price.input],
    [cached, price.cachedInput ?? price.input],
    [written, price.cacheWrite ?? price.input],
    [usage.outputTokens, price.output],
  ];
  const millionths = parts.reduce(
    (sum, [tokens, perMillion]) => sum + BigInt(tokens) * BigInt(perMillion),
    0n,
  );
  const divisor = as === "batch" ? million * batchDivisor : million;
  return Number((millionths + divisor - 1n) / divisor);
}

/** What a simulator will want to be paid. */
export class Bill {
  readonly #total: Account = { ...emptySum(), by: {} };
  readonly #models = new Map<string, Account>();

  /** Returns what it added, in micro-USD. */
  add(model: string, charge: Charge, price: Price): number {
    return this.#book(model, charge.as, charge.usage, chargeMicros(charge, price));
  }

  /** Bills images; returns what it added, in micro-USD. */
  addImages(model: string, { count, ...terms }: ImageTerms & { count: number }): number {
    return this.#book(model, "image", noUsage, count * pricePerImage(simulatedImagePrice, terms));
  }

  #book(model: string, as: BilledAs, usage: Usage, micros: number): number {
    let account = this.#models.get(model);
    if (!account) {
      account = { ...emptySum(), by: {} };
      this.#models.set(model, account);
    }
    for (const one of [this.#total, account]) {
      raise(one, usage, micros);
      raise((one.by[as] ??= emptySum()), usage, micros);
    }
    return micros;
  }

  state(): SimulatorBill {
    return structuredClone({ ...this.#total, models: Object.fromEntries(this.#models) });
  }
}

function raise(sum: Sum, usage: Usage, micros: number): void {
  sum.requests++;
  sum.usage = addUsage(sum.usage, usage);
  sum.micros += micros;
}

function emptySum(): Sum {
  return { requests: 0, usage: noUsage, micros: 0 };
}
