import {
  capacityDimensions,
  FlotillaError,
  type CallEstimate,
  type CallOutcome,
  type CapacityDimension,
  type CapacityLimits,
  type DimensionUnits,
} from "@flotilla/core";

/** What limits are called, by what they count. Limits of spend are in USD, units in micro-USD. */
const limitNames = {
  requests: "requestsPerMinute",
  tokens: "tokensPerMinute",
  input_tokens: "inputTokensPerMinute",
  output_tokens: "outputTokensPerMinute",
  spend: "spendPerMinuteUsd",
} as const satisfies Record<CapacityDimension, keyof CapacityLimits>;

/** Limits per minute, in units. */
export function ratesOf(limits: CapacityLimits): DimensionUnits {
  const rates: DimensionUnits = {};
  for (const dimension of capacityDimensions) {
    const limit = limits[limitNames[dimension]];
    if (limit !== undefined) rates[dimension] = dimension === "spend" ? limit * 1e6 : limit;
  }
  return rates;
}

/** What a call will probably take. */
export function estimatedUnits(
  { inputTokens, costMicros }: CallEstimate,
  outputTokens: number,
): DimensionUnits {
  return unitsOf({ inputTokens, cachedInputTokens: 0, outputTokens, costMicros });
}

/** What a call took; where nothing is known, what was reserved for it. */
export function usedUnits(
  { usage, costMicros }: CallOutcome,
  reserved: DimensionUnits,
): DimensionUnits {
  return usage ? unitsOf({ ...usage, costMicros: costMicros ?? reserved.spend ?? 0 }) : reserved;
}

function unitsOf(call: {
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  costMicros: number | null;
}): DimensionUnits {
  return {
    requests: 1,
    tokens: call.inputTokens + call.outputTokens,
    // Those who count input tokens alone do not count those read from the cache.
    input_tokens: call.inputTokens - call.cachedInputTokens,
    output_tokens: call.outputTokens,
    spend: call.costMicros ?? 0,
  };
}

/** Adds `units`, times `factor`, to `sum`. */
export function addUnits(sum: DimensionUnits, units: DimensionUnits, factor = 1): void {
  for (const dimension of capacityDimensions) {
    const more = units[dimension];
    if (more) sum[dimension] = (sum[dimension] ?? 0) + more * factor;
  }
}

/** The largest part of a minute's limits that the units take; 0 without limits. */
export function largestPart(units: DimensionUnits, rates: DimensionUnits): number {
  let largest = 0;
  for (const dimension of capacityDimensions) {
    const rate = rates[dimension];
    if (rate) largest = Math.max(largest, (units[dimension] ?? 0) / rate);
  }
  return largest;
}

/** Throws `capacity_never` for a call that is larger than a whole minute's limit. */
export function refuseImpossible(
  bucket: string,
  { inputTokens, costMicros }: CallEstimate,
  rates: DimensionUnits,
): void {
  const needs: DimensionUnits = {
    tokens: inputTokens,
    input_tokens: inputTokens,
    spend: costMicros ?? 0,
  };
  for (const dimension of ["tokens", "input_tokens", "spend"] as const) {
    const [need, rate] = [needs[dimension] ?? 0, rates[dimension]];
    if (rate === undefined || need <= rate) continue;
    const what = dimension === "spend" ? "micro-USD" : dimension.replace("_", " ");
    throw new FlotillaError(
      "capacity_never",
      `The call needs about ${Math.round(need)} ${what}; ${bucket} allows ${Math.round(rate)} a minute (${limitNames[dimension]}).`,
      { details: { bucket, limit: limitNames[dimension], needed: need, allowed: rate } },
    );
  }
}
