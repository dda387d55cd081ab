import type { Price } from "@flotilla/core";
import { findProvider } from "@pydantic/genai-prices";

type Catalogue = NonNullable<ReturnType<typeof findProvider>>;
type Model = Catalogue["models"][number];
type ModelPrice = Exclude<Model["prices"], unknown[]>;

/**
 * The public list price of a model, in micro-USD per million tokens. Only a model's exact
 * id counts: the catalogue also matches by prefix, which would price a model nobody has
 * priced. Where the price rises with the prompt's length, this is the price of the first tier.
 *
 * @returns null when the catalogue does not know the id
 */
export function listPrice(provider: string, model: string, now: Date): Price | null {
  const found = findExactly(provider, model);
  if (!found) return null;
  const prices = pricesAt(found.prices, now);
  const input = microsOf(prices?.["input_mtok"]);
  const output = microsOf(prices?.["output_mtok"]);
  if (input === undefined || output === undefined) return null;
  const cachedInput = microsOf(prices?.["cache_read_mtok"]);
  const cacheWrite = microsOf(prices?.["cache_write_mtok"]);
  return {
    input,
    output,
    ...(cachedInput !== undefined && { cachedInput }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  };
}

const contexts = new Map<string, number | null>();

/** Tokens of a model's context window; null when the catalogue does not say. Its exact id counts. */
export function listedContext(provider: string, model: string): number | null {
  const key = `${provider}/${model}`;
  let known = contexts.get(key);
  if (known === undefined) {
    known = findExactly(provider, model)?.context_window ?? null;
    contexts.set(key, known);
  }
  return known;
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

/** The catalogue counts USD per million tokens. */
function microsOf(price: ModelPrice[string]): number | undefined {
  const usd = typeof price === "object" ? price.base : price;
  return usd === undefined ? undefined : Math.round(usd * 1_000_000);
}
