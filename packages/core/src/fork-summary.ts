import { z } from "zod";
import { errorRecordSchema } from "./error.ts";
import { jsonObjectSchema, jsonSchema } from "./json.ts";
import { runStatusSchema } from "./run.ts";

/** A run of a pair: the one that a fork was made from, or the fork. */
export const pairedRunSchema = z.object({
  /** null: the fork could not be made, or the source is gone. */
  runId: z.string().nullable(),
  status: runStatusSchema,
  output: jsonSchema,
  error: errorRecordSchema.nullable(),
  /** Whether it completed with an answer that passes the check; null while it has not ended. */
  passes: z.boolean().nullable(),
  stepCount: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costMicros: z.int(),
  costIncomplete: z.boolean(),
  /** From its start to its end; null while it has not ended. */
  ms: z.int().nullable(),
});
export type PairedRun = z.infer<typeof pairedRunSchema>;

export const forkOutcomes = ["fixed", "failing", "regressed", "same", "error", "open"] as const;

/**
 * What became of a run in its fork. `fixed`: it failed, or its answer did not pass, and the fork's does.
 * `failing`: neither passes. `regressed`: it passed, the fork's answer does not. `same`: both pass.
 * `error`: the fork itself failed, was cancelled or could not be made. `open`: it has not ended.
 */
export const forkOutcomeSchema = z.enum(forkOutcomes);
export type ForkOutcome = z.infer<typeof forkOutcomeSchema>;

export const forkPairSchema = z.object({
  row: z.int(),
  data: jsonObjectSchema,
  outcome: forkOutcomeSchema,
  before: pairedRunSchema,
  after: pairedRunSchema,
});
export type ForkPair = z.infer<typeof forkPairSchema>;

const sumsSchema = z.object({
  passed: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costMicros: z.int(),
  /** A lower bound: a call had no known price. */
  costIncomplete: z.boolean(),
  ms: z.int(),
});

/** The pairs of a batch of forks, added up. What a fork reused is in the figures of its source alone. */
export const forkSummarySchema = z.object({
  pairs: z.int(),
  counts: z.record(forkOutcomeSchema, z.int()),
  before: sumsSchema,
  after: sumsSchema,
});
export type ForkSummary = z.infer<typeof forkSummarySchema>;

export function forkOutcome(before: PairedRun, after: PairedRun): ForkOutcome {
  if (after.passes === null) return "open";
  if (after.status !== "completed") return "error";
  if (before.passes) return after.passes ? "same" : "regressed";
  return after.passes ? "fixed" : "failing";
}

type Sums = ForkSummary["before"];

const noSums: Sums = {
  passed: 0,
  inputTokens: 0,
  outputTokens: 0,
  costMicros: 0,
  costIncomplete: false,
  ms: 0,
};

export const noForks: ForkSummary = {
  pairs: 0,
  counts: { fixed: 0, failing: 0, regressed: 0, same: 0, error: 0, open: 0 },
  before: noSums,
  after: noSums,
};

/** A summary with more pairs in it. */
export function withPairs(summary: ForkSummary, pairs: readonly ForkPair[]): ForkSummary {
  const counts = { ...summary.counts };
  for (const { outcome } of pairs) counts[outcome] += 1;
  return {
    pairs: summary.pairs + pairs.length,
    counts,
    before: pairs.reduce((sums, pair) => added(sums, pair.before), summary.before),
    after: pairs.reduce((sums, pair) => added(sums, pair.after), summary.after),
  };
}

function added(sums: Sums, run: PairedRun): Sums {
  return {
    passed: sums.passed + Number(run.passes === true),
    inputTokens: sums.inputTokens + run.inputTokens,
    outputTokens: sums.outputTokens + run.outputTokens,
    costMicros: sums.costMicros + run.costMicros,
    costIncomplete: sums.costIncomplete || run.costIncomplete,
    ms: sums.ms + (run.ms ?? 0),
  };
}
