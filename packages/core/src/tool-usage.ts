import { z } from "zod";
import type { Environment } from "./caller.ts";
import type { ToolRuleHits } from "./tool-rule-hit.ts";

/** Upper bounds of the buckets by which calls are counted, in milliseconds; the last bucket has none. */
export const toolTimeBounds = [
  10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
] as const;

const count = z.int().nonnegative();

/** What became of calls of a tool in a time. */
export const toolUsageSchema = z.object({
  tool: z.string(),
  /** Of those that were made: not those answered from the cache. */
  calls: count,
  failed: count,
  cached: count,
  /** For a place or a turn, by the tool's terms, in milliseconds. */
  waitedMs: count,
  costMicros: count,
  /** Of a call that was made, in milliseconds; null where none was. */
  meanMs: z.number().nonnegative().nullable(),
  /** Half of the calls, and 95 of 100, took no longer, to the next bound. */
  p50Ms: z.number().nonnegative().nullable(),
  p95Ms: z.number().nonnegative().nullable(),
});
export type ToolUsage = z.infer<typeof toolUsageSchema>;

/** Sums of one hour. */
export interface ToolTime {
  organisation: string;
  environment: Environment;
  tool: string;
  calls: number;
  failed: number;
  cached: number;
  waitedMs: number;
  tookMs: number;
  costMicros: number;
  /** Calls by the bucket of the time they took. */
  buckets: number[];
}

/** The bucket of a time, from 0. */
export function toolTimeBucket(ms: number): number {
  const index = toolTimeBounds.findIndex((bound) => ms <= bound);
  return index === -1 ? toolTimeBounds.length : index;
}

/** Both sums as one; they are of the same tool. */
export function addToolTimes(a: ToolTime, b: ToolTime): ToolTime {
  return {
    ...a,
    calls: a.calls + b.calls,
    failed: a.failed + b.failed,
    cached: a.cached + b.cached,
    waitedMs: a.waitedMs + b.waitedMs,
    tookMs: a.tookMs + b.tookMs,
    costMicros: a.costMicros + b.costMicros,
    buckets: a.buckets.map((one, index) => one + (b.buckets[index] ?? 0)),
  };
}

/** The sums as they are told. */
export function toolUsageOf(time: ToolTime): ToolUsage {
  const { tool, calls, failed, cached, waitedMs, tookMs, costMicros, buckets } = time;
  return {
    ...{ tool, calls, failed, cached, waitedMs, costMicros },
    meanMs: calls === 0 ? null : Math.round((tookMs / calls) * 10) / 10,
    p50Ms: quantile(buckets, 0.5),
    p95Ms: quantile(buckets, 0.95),
  };
}

function quantile(buckets: readonly number[], share: number): number | null {
  const all = buckets.reduce((sum, one) => sum + one, 0);
  if (all === 0) return null;
  let seen = 0;
  const index = buckets.findIndex((one) => (seen += one) >= share * all);
  return toolTimeBounds[index] ?? Math.max(...toolTimeBounds);
}

/** What the engine asks of the store for the terms on which tools are called, and for what becomes of calls. */
export interface ToolTermsStore {
  /**
   * Takes the next turn of a tool that is called at most so often: in so many milliseconds from now. null: that
   * would be later than `mostMs`, and no turn was taken.
   */
  takeTurn(
    tool: { organisation: string; tool: string },
    rate: { calls: number; perSeconds: number },
    mostMs: number,
  ): Promise<{ waitMs: number } | null>;
  /** One of so many places of a group, for so long at most; false: all are taken. */
  takePlace(
    group: { organisation: string; group: string },
    most: number,
    holder: string,
    forMs: number,
  ): Promise<boolean>;
  leavePlace(group: { organisation: string; group: string }, holder: string): Promise<void>;
  /** A result that is kept and still counts. */
  answer(key: ToolAnswerKey): Promise<{ output: unknown; labels: string[] } | undefined>;
  keepAnswer(
    key: ToolAnswerKey,
    answer: { output: unknown; labels: readonly string[] },
    seconds: number,
  ): Promise<void>;
  /** Deletes answers that count no longer, and what was counted long ago. */
  cleanUp(): Promise<void>;
  /** Adds to the sums of this hour. */
  note(times: ToolTime[]): Promise<void>;
  noteHits(hits: ToolRuleHits[]): Promise<void>;
}

export interface ToolAnswerKey {
  organisation: string;
  environment: Environment;
  /** Of the tool and its input. */
  key: string;
}
