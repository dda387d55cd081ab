import { z } from "zod";
import {
  afterTally,
  bothTallies,
  breakerHealthSchema,
  newBreaker,
  type BreakerSettings,
  type CallTally,
} from "./breaker.ts";
import type { HealthStore } from "./health-book.ts";

/** How a tool has done in an organisation, for all workers together. */
export const toolHealthSchema = breakerHealthSchema.extend({
  organisation: z.string(),
  tool: z.string(),
  /** Of the last answers, faded; null before the first. */
  meanMs: z.number().nonnegative().nullable(),
});
export type ToolHealth = z.infer<typeof toolHealthSchema>;

/** What one worker saw of a tool since it last told. */
export interface ToolTally extends CallTally {
  /** Of the answers, averaged. */
  meanMs: number | null;
}

export type ToolHealthStore = HealthStore<ToolHealth>;

/** How much one answer's time counts against those before it. */
const timeShare = 0.2;

export function toolKey({ organisation, tool }: Pick<ToolHealth, "organisation" | "tool">): string {
  return `${organisation} ${tool}`;
}

/** A tool that nobody has called yet. */
export function newTool(key: string, now: number): ToolHealth {
  const [organisation = "", tool = ""] = key.split(" ");
  return { organisation, tool, ...newBreaker(now), meanMs: null };
}

/** The health after what a worker saw; see `afterTally`. */
export function afterToolCalls(
  health: ToolHealth,
  tally: ToolTally,
  now: number,
  settings: BreakerSettings,
): ToolHealth {
  const share = Math.min(1 - (1 - timeShare) ** tally.answered, 0.9);
  const before = health.meanMs ?? tally.meanMs;
  return {
    ...afterTally(health, tally, now, settings),
    meanMs:
      tally.meanMs === null || before === null
        ? before
        : before * (1 - share) + tally.meanMs * share,
  };
}

/** What was seen of a tool first, and what then, as one. */
export function bothToolTallies(first: ToolTally, then: ToolTally): ToolTally {
  const both = bothTallies(first, then);
  const meanMs =
    first.meanMs === null || then.meanMs === null
      ? (first.meanMs ?? then.meanMs)
      : (first.meanMs * first.answered + then.meanMs * then.answered) / both.answered;
  return { ...both, meanMs };
}
