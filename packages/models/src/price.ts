import type { Price, TokenPrices } from "@flotilla/core";
import { findProvider } from "@pydantic/genai-prices";
import type { ConfiguredPrice } from "./config.ts";

type Catalogue = NonNullable<ReturnType<typeof findProvider>>;
type Model = Catalogue["models"][number];
type ModelPrice = Exclude<Model["prices"], unknown[]>;

/**
 * The public list price of a model, in micro-USD per million tokens. Only a model's exact
 * id counts: the catalogue also matches by prefix, which would price a model nobody has
 * priced.
 *
 * @returns null when the catalogue does not know the id
 */
export function listPrice(provider: string, model: string, now: Date): Price | null {
  const found = findExactly(provider, model);
  const prices = found && pricesAt(found.prices, now);
  const base = prices && pricesAbove(prices, 0);
  if (!base) return null;
  const tiers = startsOf(prices).flatMap((aboveInputTokens) => {
    const tier = pricesAbove(prices, aboveInputTokens);
    return tier ? [{ aboveInputTokens, ...tier }] : [];
  });
  return { ...base, ...(tiers.length > 0 && { tiers }) };
}

/** What the catalogue lists for a model that makes images; null when it does not know the exact id. */
export function listedPrices(
  provider: string,
  model: string,
  now: Date,
): { input: number; output: number; imageOutput?: number } | null {
  const found = findExactly(provider, model);
  const prices = found && pricesAt(found.prices, now);
  const base = prices && pricesAbove(prices, 0);
  if (!base) return null;
  const imageOutput = microsOf(prices["output_image_mtok"], 0);
  return {
    input: base.input,
    output: base.output,
    ...(imageOutput !== undefined && { imageOutput }),
  };
}

/** A configured price: the one, or of several the newest that holds already. */
export function configuredPrice(given: ConfiguredPrice | undefined, now: Date): Price | undefined {
  if (!Array.isArray(given)) return given;
  const today = now.toISOString().slice(0, 10);
  const holding = given.filter(({ from }) => from <= today);
  const newest = holding.toSorted((a, b) => (a.from < b.from ? -1 : 1)).at(-1);
  if (!newest) return undefined;
  const { from: _, ...price } = newest;
  return price;
}

/** Tokens of a model's context window; null when the catalogue does not say. Its exact id counts. */
export function listedContext(provider: string, model: string): number | null {
  return findExactly(provider, model)?.context_window ?? null;
}

function findExactly(provider: string, model: string): Model | undefined {
  const known = findProvider({ providerId: provider })?.models ?? [];
  return known.find((entry) => isExactly(entry, model));
}

function isExactly(entry: Model, id: string): boolean {
  if (entry.id === id) return true;
  const rules = "or" in entry.match ? entry.match.or : [entry.match];
  return rules.some((rule) => "equals" in rule && rule.equals === id);
}

/** Later entries supersede earlier ones from their start date on. */
function pricesAt(prices: Model["prices"], now: Date): ModelPrice | undefined {
  if (!Array.isArray(prices)) return prices;
  const today = now.toISOString().slice(0, 10);
  return prices.findLast(({ constraint }) => {
    if (!constraint) return true;
    return constraint.type === "start_date" && constraint.start_date <= today;
  })?.prices;
}

/** From how many input tokens on the catalogue has other prices. */
function startsOf(prices: ModelPrice): number[] {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === "object" ? price.tiers.map(({ start }) => start) : [],
  );
  return [...new Set(starts)].toSorted((a, b) => a - b);
}

/** The prices of calls with more input tokens than that. */
function pricesAbove(prices: ModelPrice, inputTokens: number): TokenPrices | undefined {
  const micros = (name: string) => microsOf(prices[name], inputTokens);
  const input = micros("input_mtok");
  const output = micros("output_mtok");
  if (input === undefined || output === undefined) return undefined;
  const cachedInput = micros("cache_read_mtok");
  const cacheWrite = micros("cache_write_mtok");
  return {
    input,
    output,
    ...(cachedInput !== undefined && { cachedInput }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  };
}

/** The catalogue counts USD per million tokens. */
function microsOf(price: ModelPrice[string], inputTokens: number): number | undefined {
  const usd =
    typeof price === "object"
      ? (price.tiers.findLast(({ start }) => start <= inputTokens)?.price ?? price.base)
      : price;
  return usd === undefined ? undefined : Math.round(usd * 1_000_000);
}
