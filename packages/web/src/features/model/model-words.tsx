import type { CapacityLimits } from "@flotilla/core";

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const units: [keyof CapacityLimits, string][] = [
  ["requestsPerMinute", "requests/min"],
  ["tokensPerMinute", "tokens/min"],
  ["inputTokensPerMinute", "input/min"],
  ["outputTokensPerMinute", "output/min"],
  ["concurrency", "at once"],
];

/** Limits in a line: `600 requests/min, 60K tokens/min`; empty when there are none. */
export function limitWords(limits: CapacityLimits): string {
  const parts = units.flatMap(([name, unit]) => {
    const limit = limits[name];
    return limit === undefined ? [] : [`${compact.format(limit)} ${unit}`];
  });
  if (limits.spendPerMinuteUsd !== undefined) parts.push(`$${limits.spendPerMinuteUsd}/min`);
  return parts.join(", ");
}

/** A price in micro-USD per million tokens as dollars: `$0.025`, `$2.50`, `$15.00`; none is `$0`. */
export function pricePerMillion(micros: number): string {
  const usd = micros / 1_000_000;
  const digits = { minimumFractionDigits: usd === 0 ? 0 : 2, maximumFractionDigits: 4 };
  return `$${usd.toLocaleString("en", digits)}`;
}

export function PriceOf({ micros }: { micros: number | null }) {
  if (micros === null) return <span className="dimmed">unknown</span>;
  return <span className="figure">{pricePerMillion(micros)}</span>;
}
