import { z } from "zod";
import { capacityLimitsSchema, waitedSchema, type CapacityLimits } from "./capacity.ts";

/** What a batch's calls of one bucket came to, from the journal. */
export const bucketUseSchema = z.object({
  bucket: z.string(),
  /** The limits in force: configured, or as the provider says. */
  limits: capacityLimitsSchema,
  requests: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  cachedInputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costMicros: z.int().nonnegative(),
  /** The most within any sixty seconds. */
  peakRequests: z.int().nonnegative(),
  peakTokens: z.int().nonnegative(),
  /** Calls answered with 429. */
  refused: z.int().nonnegative(),
  waited: waitedSchema,
});
export type BucketUse = z.infer<typeof bucketUseSchema>;

/** What bounds a batch from below: a limit of a bucket, or its longest run. */
export const boundSchema = z.object({
  of: z.enum(["requests", "tokens", "input_tokens", "output_tokens", "spend", "critical_path"]),
  /** null for the critical path. */
  bucket: z.string().nullable(),
  ms: z.number().nonnegative(),
});
export type Bound = z.infer<typeof boundSchema>;

export const certificateSchema = z.object({
  batchId: z.string(),
  /** Whether the batch has ended; until then the figures are those so far. */
  isFinal: z.boolean(),
  /** From its start to its end, or until now. */
  makespanMs: z.number().nonnegative(),
  /** No schedule can take less, at an even rate: the largest of the bounds. */
  lowerBoundMs: z.number().nonnegative(),
  /** Largest first. */
  bounds: z.array(boundSchema),
  /** How much longer than the bound it took, in percent; below 0 thanks to a provider's burst. */
  gapPercent: z.number().nullable(),
  /** Limits of which more was used within a minute than they allow. */
  violations: z.array(z.object({ bucket: z.string(), of: z.enum(["requests", "tokens"]) })),
  refused: z.int().nonnegative(),
  waited: waitedSchema,
  buckets: z.array(bucketUseSchema),
});
export type Certificate = z.infer<typeof certificateSchema>;

/** What a certificate is made from. */
export interface BatchMeasures {
  batchId: string;
  isFinal: boolean;
  makespanMs: number;
  /** Of the run that took longest, without its waits. */
  criticalPathMs: number;
  buckets: BucketUse[];
}

/** Seconds' worth of a limit that a minute may hold beyond it: a provider's burst, and clocks. */
const toleranceSeconds = 1.5;

/** How near a batch came to what its limits allow. */
export function certify(measures: BatchMeasures): Certificate {
  const { batchId, isFinal, makespanMs, criticalPathMs, buckets } = measures;
  const path: Bound = { of: "critical_path", bucket: null, ms: Math.round(criticalPathMs) };
  const bounds = [path, ...buckets.flatMap(boundsOf)].toSorted((a, b) => b.ms - a.ms);
  const lowerBoundMs = bounds[0]?.ms ?? 0;
  const gap = lowerBoundMs > 0 ? (makespanMs / lowerBoundMs - 1) * 100 : null;
  return {
    batchId,
    isFinal,
    makespanMs: Math.round(makespanMs),
    lowerBoundMs,
    bounds,
    gapPercent: gap === null ? null : Math.round(gap * 10) / 10,
    violations: buckets.flatMap(violationsOf),
    refused: buckets.reduce((sum, { refused }) => sum + refused, 0),
    waited: addWaits(buckets.map(({ waited }) => waited)),
    buckets,
  };
}

function boundsOf(use: BucketUse): Bound[] {
  const { limits } = use;
  const bound = (of: Bound["of"], amount: number, perMinute: number | undefined): Bound[] =>
    perMinute === undefined
      ? []
      : [{ of, bucket: use.bucket, ms: Math.round((amount / perMinute) * 60_000) }];
  return [
    ...bound("requests", use.requests, limits.requestsPerMinute),
    ...bound("tokens", use.inputTokens + use.outputTokens, limits.tokensPerMinute),
    ...bound("input_tokens", use.inputTokens - use.cachedInputTokens, limits.inputTokensPerMinute),
    ...bound("output_tokens", use.outputTokens, limits.outputTokensPerMinute),
    ...bound("spend", use.costMicros / 1e6, limits.spendPerMinuteUsd),
  ];
}

function violationsOf(use: BucketUse): Certificate["violations"] {
  const { bucket, limits } = use;
  const isOver = (peak: number, limit: CapacityLimits[keyof CapacityLimits]) =>
    limit !== undefined && peak > limit * (1 + toleranceSeconds / 60) + 1;
  return [
    ...(isOver(use.peakRequests, limits.requestsPerMinute)
      ? [{ bucket, of: "requests" as const }]
      : []),
    ...(isOver(use.peakTokens, limits.tokensPerMinute) ? [{ bucket, of: "tokens" as const }] : []),
  ];
}

function addWaits(waits: BucketUse["waited"][]): BucketUse["waited"] {
  const sum: BucketUse["waited"] = {};
  for (const waited of waits) {
    for (const [cause, ms] of Object.entries(waited) as [keyof typeof sum, number][]) {
      sum[cause] = (sum[cause] ?? 0) + ms;
    }
  }
  return sum;
}
